/**
 * Runs a paused, suspended or backing-off invocation again now. With another deployment this is a move: it changes the pin, so it
 * needs a reason and leaves a line in the version history.
 */
import type { DeploymentId } from '@holdfast/protocol';
import type { ActReply, ResumeInvocation } from '../command.ts';
import type { Env } from '../env.ts';
import type { InvocationRecord } from '../record.ts';
import { refuse } from '../refusal.ts';
import { changePin } from '../rules/change-state.ts';
import { refuseTakeOver } from '../rules/decide-pin.ts';
import { startWithFreshBudget, takeBackPause } from '../rules/start-attempt.ts';
import type { Transaction } from '../transaction.ts';
import { alreadyCompleted, auditAct, done, notFound, refused } from './act-on-invocation.ts';

export function resume(tx: Transaction, env: Env, command: ResumeInvocation): ActReply {
  const record = tx.invocation(command.invocation);
  if (record === undefined) return refused(notFound(command.invocation));
  if (record.state.status === 'completed') return refused(alreadyCompleted(record.id, 'resume'));
  if (record.state.status === 'scheduled' || record.state.status === 'pending') {
    return refused(
      refuse(
        'INVOCATION_NOT_STARTED',
        `Invocation ${record.id} has not started; it will by itself.`,
        'Wait for it, or cancel it.',
        { invocation: record.id },
      ),
    );
  }
  const target = targetDeployment(env, record, command.deployment);
  if (record.state.status === 'running') {
    if (command.deployment !== 'keep') return refused(busy(record));
    if (record.state.pausing) {
      takeBackPause(tx, env, record);
      auditAct(tx, env, command, record);
    }
    return done('now');
  }
  if (target === record.pin.deployment) {
    startWithFreshBudget(tx, env, record);
    auditAct(tx, env, command, record);
    return done('now');
  }
  if (record.state.status === 'backingOff') return refused(busy(record));
  return move(tx, env, command, record, target);
}

function move(
  tx: Transaction,
  env: Env,
  command: ResumeInvocation,
  record: InvocationRecord,
  target: DeploymentId,
): ActReply {
  const deployment = env.registry.deployments.get(target);
  if (deployment === undefined) {
    return refused(
      refuse(
        'DEPLOYMENT_NOT_FOUND',
        `There is no deployment ${target}.`,
        'List them with "holdfast deployments list".',
        { deployment: target },
      ),
    );
  }
  const unsuitable = refuseTakeOver(deployment, record);
  if (unsuitable !== undefined) return refused(unsuitable);
  if (command.reason === '') {
    return refused(
      refuse(
        'REASON_REQUIRED',
        `Moving invocation ${record.id} from ${record.pin.deployment} to ${target} needs a reason.`,
        'Give one with --reason, or the header x-holdfast-reason.',
        {
          invocation: record.id,
          from: record.pin.deployment,
          to: target,
        },
      ),
    );
  }
  startWithFreshBudget(
    tx,
    env,
    changePin(tx, env, record, { deployment: target, by: command.actor, reason: command.reason }),
  );
  auditAct(tx, env, command, record);
  return done('now');
}

function targetDeployment(env: Env, record: InvocationRecord, wanted: ResumeInvocation['deployment']): DeploymentId {
  if (wanted === 'keep') return record.pin.deployment;
  if (wanted === 'latest') return env.registry.services.get(record.target.service)?.current ?? record.pin.deployment;
  return wanted;
}

function busy(record: InvocationRecord): ReturnType<typeof refuse> {
  return refuse(
    'INVOCATION_RUNNING',
    `Invocation ${record.id} is ${record.state.status === 'running' ? 'running' : 'backing off'}; its deployment can change only while it is paused or suspended.`,
    `Pause it first with "holdfast invocations pause ${record.id}".`,
    { invocation: record.id, status: record.state.status },
  );
}
