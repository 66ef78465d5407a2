/** What follows a failed attempt: a mismatch pauses at once (promise P4); other failures are retried with back-off, within the policy. */
import type { Env } from '../env.ts';
import { boundTime } from '../latest-time.ts';
import type { AttemptFailure, InvocationRecord, PauseReason } from '../record.ts';
import { findHandler } from '../registry.ts';
import type { RetryPolicy } from '../registry.ts';
import type { Transaction } from '../transaction.ts';
import { changeState } from './change-state.ts';
import { completeInvocation } from './complete-invocation.ts';

/** Protocol section 12.1; used when the pinned deployment was removed by force. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  initialIntervalMs: 500,
  factor: 2,
  maxIntervalMs: 60_000,
  attemptsMax: 70,
  onMaxAttempts: 'pause',
};

/** Up to this much is added to a delay, so that many that failed together do not come back together. */
const JITTER_MAX = 0.3;

export interface FailedAttempt {
  readonly failure: Omit<AttemptFailure, 'at' | 'deployment'>;
  readonly behavior: 'retry' | 'pause' | 'fail';
  /** False: does not raise the counter that Start reports. */
  readonly counts: boolean;
  readonly delayMs?: number;
  readonly jitter: number;
}

export function scheduleRetry(tx: Transaction, env: Env, record: InvocationRecord, attempt: FailedAttempt): void {
  const failed: InvocationRecord = {
    ...record,
    lastFailure: { ...attempt.failure, at: env.now, deployment: record.pin.deployment },
    retry: {
      ...record.retry,
      sinceLastCommand: record.retry.sinceLastCommand + (attempt.counts ? 1 : 0),
      budgetUsed: record.retry.budgetUsed + 1,
    },
  };
  const policy =
    findHandler(env.registry, record.pin.deployment, record.target.service, record.target.handler)?.retryPolicy ??
    DEFAULT_RETRY_POLICY;
  const end = {
    kind: 'failure',
    failure: { code: attempt.failure.protocolCode, message: attempt.failure.message, metadata: [] },
  } as const;
  if (attempt.failure.code === 'JOURNAL_MISMATCH') pause(tx, env, failed, { kind: 'mismatch' });
  else if (attempt.behavior === 'fail') completeInvocation(tx, env, failed, end);
  else if (attempt.behavior === 'pause') pause(tx, env, failed, { kind: 'requestedByHandler' });
  else if (record.state.status === 'running' && record.state.pausing) pause(tx, env, failed, { kind: 'operator' });
  else if (failed.retry.budgetUsed < policy.attemptsMax)
    backOff(tx, env, failed, attempt.delayMs ?? delayOf(policy, failed.retry.budgetUsed, attempt.jitter));
  else if (policy.onMaxAttempts === 'kill') completeInvocation(tx, env, failed, end);
  else pause(tx, env, failed, { kind: 'attemptsExhausted' });
}

export function pause(tx: Transaction, env: Env, record: InvocationRecord, reason: PauseReason): void {
  changeState(tx, env, record, { status: 'paused', reason, since: env.now });
  tx.seal(record.id);
}

function backOff(tx: Transaction, env: Env, record: InvocationRecord, delayMs: number): void {
  const retryAt = boundTime(env.now + Math.ceil(delayMs));
  changeState(tx, env, record, { status: 'backingOff', retryAt });
  tx.seal(record.id);
  tx.put({
    table: 'timer',
    record: { fireAt: retryAt, invocation: record.id, purpose: { kind: 'retry', epoch: record.epoch } },
  });
  tx.emit({ kind: 'armTimer', fireAt: retryAt });
}

function delayOf(policy: RetryPolicy, failures: number, jitter: number): number {
  const delayMs = Math.min(policy.initialIntervalMs * policy.factor ** (failures - 1), policy.maxIntervalMs);
  return addJitter(delayMs, jitter);
}

/** `jitter` in [0, 1). Never earlier than asked. */
export function addJitter(delayMs: number, jitter: number): number {
  return delayMs * (1 + JITTER_MAX * jitter);
}
