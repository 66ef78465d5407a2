import type { Command } from 'commander';
import { addDescribeDeployment } from './describe-deployment.ts';
import { addListDeployments } from './list-deployments.ts';
import { addRegisterDeployment } from './register-deployment.ts';
import { addRemoveDeployment } from './remove-deployment.ts';

export function addDeployments(program: Command): void {
  const group = program
    .command('deployments')
    .alias('dp')
    .description('Immutable versions of code that work is pinned to');
  addRegisterDeployment(group);
  addListDeployments(group);
  addDescribeDeployment(group);
  addRemoveDeployment(group);
}
