import type { Command } from 'commander';
import type { Terminal } from '../../terminal.ts';
import { addDescribeService } from './describe-service.ts';
import { addListServices } from './list-services.ts';

export function addServices(program: Command, terminal: Terminal): void {
  const group = program.command('services').alias('svc').description('What can be called');
  addListServices(group, terminal);
  addDescribeService(group, terminal);
}
