import type { Command } from 'commander';
import { addDescribeService } from './describe-service.ts';
import { addListServices } from './list-services.ts';

export function addServices(program: Command): void {
  const group = program.command('services').alias('svc').description('What can be called');
  addListServices(group);
  addDescribeService(group);
}
