import type { Command } from 'commander';
import type { Terminal } from '../../terminal.ts';
import { addCancelInvocation } from './cancel-invocation.ts';
import { addDescribeInvocation } from './describe-invocation.ts';
import { addKillInvocation } from './kill-invocation.ts';
import { addListInvocations } from './list-invocations.ts';
import { addPauseInvocation } from './pause-invocation.ts';
import { addPurgeInvocation } from './purge-invocation.ts';
import { addRestartInvocation } from './restart-invocation.ts';
import { addResumeInvocation } from './resume-invocation.ts';

export function addInvocations(program: Command, terminal: Terminal): void {
  const group = program.command('invocations').alias('inv').description('Durable executions of handlers');
  addListInvocations(group, terminal);
  addDescribeInvocation(group, terminal);
  addCancelInvocation(group, terminal);
  addKillInvocation(group, terminal);
  addPauseInvocation(group, terminal);
  addResumeInvocation(group, terminal);
  addRestartInvocation(group, terminal);
  addPurgeInvocation(group, terminal);
}
