/** Orders an attempt. Its epoch is new, so everything that an earlier attempt still sends is fenced off (promise P6). */
import type { Env } from '../env.ts';
import type { InvocationRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { changeState } from './change-state.ts';

export function startAttempt(tx: Transaction, env: Env, record: InvocationRecord): void {
  const started = changeState(
    tx,
    env,
    { ...record, epoch: record.epoch + 1, startedAt: record.startedAt ?? env.now },
    { status: 'running', pausing: false },
  );
  tx.emit({
    kind: 'startAttempt',
    invocation: started.id,
    createdAt: started.createdAt,
    epoch: started.epoch,
    journalLength: started.journal.length,
    pin: started.pin,
    target: started.target,
    randomSeed: started.randomSeed,
    ...(started.idempotencyKey === undefined ? {} : { idempotencyKey: started.idempotencyKey }),
    retryCountSinceLastCommand: started.retry.sinceLastCommand,
    retrySince: started.retry.since,
  });
}

/** A wake-up or a resume gives the invocation a fresh budget of attempts (protocol section 12.4). */
export function startWithFreshBudget(tx: Transaction, env: Env, record: InvocationRecord): void {
  startAttempt(tx, env, { ...record, retry: { ...record.retry, budgetUsed: 0 } });
}

/** The attempt was asked to suspend so that the invocation can pause; it still suspends, but then goes on. */
export function takeBackPause(tx: Transaction, env: Env, record: InvocationRecord): void {
  changeState(tx, env, record, { status: 'running', pausing: false });
}
