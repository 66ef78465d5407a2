/**
 * Takes in what an attempt sent. Fenced by epoch: a stale attempt changes nothing (promise P6). The messages are applied in order;
 * the first one that is refused fails the attempt, those before it stand, nothing of it is kept.
 */
import { decodeStoredEntry, encodeRunAck, splitFrames } from '@holdfast/protocol';
import type { Result } from '@holdfast/protocol';
import type { AttemptName } from '../attempt-name.ts';
import type { AdvanceAttempt, AttemptMessage, Replies } from '../command.ts';
import type { Env } from '../env.ts';
import { appendCommand, listReads } from '../entries/append-command.ts';
import { violation } from '../entries/entry-context.ts';
import type { Violation } from '../entries/entry-context.ts';
import { CANCEL_SIGNAL } from '../fold-journal.ts';
import type { RecordRef } from '../record-table.ts';
import type { InvocationRecord } from '../record.ts';
import { appendNotification, isSatisfied } from '../rules/append-notification.ts';
import { changeState } from '../rules/change-state.ts';
import { completeInvocation } from '../rules/complete-invocation.ts';
import { pause, scheduleRetry } from '../rules/schedule-retry.ts';
import { startWithFreshBudget } from '../rules/start-attempt.ts';
import { stopAttempt } from '../rules/stop-attempt.ts';
import type { Transaction } from '../transaction.ts';

/** The last failure stands in the invocation's row, which is written and kept in memory whole: characters of its texts. */
const ERROR_TEXT_MAX = 32_768;
/** Fewer messages may as well ask one after the other. */
const MESSAGES_EXPECTED_FROM = 4;
const VIOLATION_PROTOCOL_CODE = 571;
const MISMATCH_PROTOCOL_CODE = 570;

export function advanceAttempt(tx: Transaction, env: Env, command: AdvanceAttempt): Replies['advanceAttempt'] {
  expectReads(tx, env, command);
  for (const message of command.messages) {
    const record = findAttempt(tx, command);
    if (record === undefined) break;
    const refused = applyAttemptMessage(tx, env, record, message, command.jitter);
    if (refused === undefined) continue;
    stopAttempt(tx, record, 'reject');
    const failure = {
      code: refused.code,
      protocolCode: VIOLATION_PROTOCOL_CODE,
      message: `${describeAttempt(env, record)} was refused: ${refused.message}`,
      stacktrace: '',
    };
    scheduleRetry(tx, env, record, { failure, behavior: 'retry', counts: true, jitter: command.jitter });
    break;
  }
  return { kind: 'advanced' };
}

/** A read full of commands says at once what it needs; else each of a thousand calls made all before it run again. */
function expectReads(tx: Transaction, env: Env, command: AdvanceAttempt): void {
  if (command.messages.length < MESSAGES_EXPECTED_FROM) return;
  const record = findAttempt(tx, command);
  if (record === undefined) return;
  let { commands } = record.journal;
  const reads: RecordRef[] = [];
  for (const message of command.messages) {
    if (message.kind !== 'command') continue;
    commands += 1;
    reads.push(...listReads(env, { ...record, journal: { ...record.journal, commands } }, message.command));
  }
  tx.expect(reads);
}

/** Whose fault it was: without the address, somebody who runs ten versions has to look for it. Its query may hold what is not for everybody. */
function describeAttempt(env: Env, record: InvocationRecord): string {
  const { deployment } = record.pin;
  const address = env.registry.deployments.get(deployment)?.address.uri.replace(/[?#].*$/su, '');
  const place = address === undefined ? '' : ` at ${address}`;
  return `Attempt ${record.epoch} of ${record.id} on deployment ${deployment}${place}`;
}

/** The invocation, if this is still its attempt; else the sender is a zombie, of this life of the id or of an earlier one. */
export function findAttempt(
  tx: Transaction,
  { invocation, createdAt, epoch }: AttemptName,
): InvocationRecord | undefined {
  const record = tx.invocation(invocation);
  if (record?.state.status !== 'running' || record.createdAt !== createdAt) return undefined;
  return record.epoch === epoch ? record : undefined;
}

function applyAttemptMessage(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  message: AttemptMessage,
  jitter: number,
): Violation | undefined {
  switch (message.kind) {
    case 'command': {
      const refused = appendCommand(tx, env, record, message.command, message.bytes);
      if (refused === undefined && message.ackRequested) {
        tx.emit({
          kind: 'acknowledgeCommand',
          invocation: record.id,
          createdAt: record.createdAt,
          epoch: record.epoch,
          commandIndex: record.journal.commands,
        });
      }
      return refused;
    }
    case 'proposeRun':
      return recordRun(tx, env, record, message);
    case 'suspend':
      return suspend(tx, env, record, message, jitter);
    case 'end':
      return end(tx, env, record);
    case 'error':
      failWithError(tx, env, record, message, jitter);
      return undefined;
  }
}

function recordRun(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  message: Extract<AttemptMessage, { kind: 'proposeRun' }>,
): Violation | undefined {
  const id = message.completionId;
  if (record.journal.open[id] !== 'run') {
    return violation(
      'PROTOCOL_VIOLATION',
      `The endpoint proposed a result for completion ${id}, which no open run waits for.`,
    );
  }
  // Only V7 knows the short acknowledgement; the journal keeps the whole result either way.
  const ack = message.ackRequested && record.pin.protocolVersion >= 7 ? encodeRunAck(id) : undefined;
  appendNotification(
    tx,
    env,
    record.id,
    { kind: 'notification', of: 'run', id: { kind: 'completion', id }, result: message.result },
    ack,
  );
  return undefined;
}

/** Stores what is awaited and checks it in one step, so that a result can never slip in between (protocol section 10.3). */
function suspend(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  message: Extract<AttemptMessage, { kind: 'suspend' }>,
  jitter: number,
): Violation | undefined {
  const { awaiting, seenThrough } = message;
  const unknown = awaiting.completions.find((id) => id > record.journal.lastCompletionId);
  if (unknown !== undefined)
    return violation('PROTOCOL_VIOLATION', `The endpoint waits for completion ${unknown}, which no command announced.`);
  if (record.state.status === 'running' && record.state.pausing) {
    pause(tx, env, record, { kind: 'operator' });
  } else if (isSatisfied(awaiting, record.journal, seenThrough)) {
    startWithFreshBudget(tx, env, record);
  } else if (awaitsOnlyOwnRuns(record, message)) {
    // Nobody but the attempt itself could produce these results, and it is gone: the steps have to run again.
    const failure = {
      code: 'SUSPENDED_ON_OPEN_RUN',
      protocolCode: VIOLATION_PROTOCOL_CODE,
      message: `${describeAttempt(env, record)} suspended on its own unfinished steps (completions ${awaiting.completions.join(', ')}).`,
      stacktrace: '',
    };
    scheduleRetry(tx, env, record, { failure, behavior: 'retry', counts: true, jitter });
  } else {
    changeState(tx, env, record, { status: 'suspended', awaiting, since: env.now });
    tx.seal(record.id);
  }
  return undefined;
}

function awaitsOnlyOwnRuns(record: InvocationRecord, message: Extract<AttemptMessage, { kind: 'suspend' }>): boolean {
  const { completions, signals, namedSignals } = message.awaiting;
  const others = signals.some((id) => id !== CANCEL_SIGNAL) || namedSignals.length > 0;
  return !others && completions.length > 0 && completions.every((id) => record.journal.open[id] === 'run');
}

function end(tx: Transaction, env: Env, record: InvocationRecord): Violation | undefined {
  const result = readOutput(tx, record);
  if (result === undefined)
    return violation('PROTOCOL_VIOLATION', 'The endpoint sent End without an Output before it.');
  completeInvocation(tx, env, record, result);
  return undefined;
}

/** The last Output of the journal; nearly always one of this command, else it is loaded. */
function readOutput(tx: Transaction, record: InvocationRecord): Result | undefined {
  const index = record.journal.outputAt;
  if (index < 0) return undefined;
  const appended = tx.journalChanges.find(
    (change) => change.kind === 'append' && change.invocation === record.id && change.index === index,
  );
  const bytes = appended?.kind === 'append' ? appended.frame : tx.journal(record.id)[index];
  const [frame] = bytes === undefined ? [] : splitFrames(bytes);
  if (frame === undefined) return undefined;
  const entry = decodeStoredEntry(frame);
  if (entry.kind !== 'output') return undefined;
  return entry.result.kind === 'success' ? { kind: 'success', value: entry.result.value.slice() } : entry.result;
}

function failWithError(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  message: Extract<AttemptMessage, { kind: 'error' }>,
  jitter: number,
): void {
  const { error } = message;
  const failure = {
    code:
      error.code === MISMATCH_PROTOCOL_CODE
        ? 'JOURNAL_MISMATCH'
        : error.code === VIOLATION_PROTOCOL_CODE
          ? 'PROTOCOL_VIOLATION'
          : 'HANDLER_ERROR',
    protocolCode: error.code === 0 ? 500 : error.code,
    message: error.message.slice(0, ERROR_TEXT_MAX),
    stacktrace: error.stacktrace.slice(0, ERROR_TEXT_MAX),
    ...(error.relatedCommandIndex === undefined ? {} : { relatedCommandIndex: error.relatedCommandIndex }),
    ...(error.relatedCommandName === undefined ? {} : { relatedCommandName: error.relatedCommandName }),
    ...(error.relatedCommandType === undefined ? {} : { relatedCommandType: error.relatedCommandType }),
  };
  const delay = error.nextRetryDelayMs === undefined ? {} : { delayMs: error.nextRetryDelayMs };
  scheduleRetry(tx, env, record, { failure, behavior: error.behavior, counts: true, jitter, ...delay });
}
