import type { Command } from 'commander';
import type { Terminal } from '../../terminal.ts';
import { addDescribeDeployment } from './describe-deployment.ts';
import { addListDeployments } from './list-deployments.ts';
import { addRegisterDeployment } from './register-deployment.ts';
import { addRemoveDeployment } from './remove-deployment.ts';

export function addDeployments(program: Command, terminal: Terminal): void {
  const group = program
    .command('deployments')
    .alias('dp')
    .description('Immutable versions of code that work is pinned to');
  addRegisterDeployment(group, terminal);
  addListDeployments(group, terminal);
  addDescribeDeployment(group, terminal);
  addRemoveDeployment(group, terminal);
}
