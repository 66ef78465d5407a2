import type { Command } from 'commander';
import { addCancelInvocation } from './cancel-invocation.ts';
import { addDescribeInvocation } from './describe-invocation.ts';
import { addKillInvocation } from './kill-invocation.ts';
import { addListInvocations } from './list-invocations.ts';
import { addPauseInvocation } from './pause-invocation.ts';
import { addPurgeInvocation } from './purge-invocation.ts';
import { addRestartInvocation } from './restart-invocation.ts';
import { addResumeInvocation } from './resume-invocation.ts';

export function addInvocations(program: Command): void {
  const group = program.command('invocations').alias('inv').description('Durable executions of handlers');
  addListInvocations(group);
  addDescribeInvocation(group);
  addCancelInvocation(group);
  addKillInvocation(group);
  addPauseInvocation(group);
  addResumeInvocation(group);
  addRestartInvocation(group);
  addPurgeInvocation(group);
}
