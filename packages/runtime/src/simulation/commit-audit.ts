/**
 * Looks at every batch on its way to the store. A decision of the engine shows in what it commits, so a broken rule shows here at once, long
 * before it becomes a wrong answer somewhere.
 */
import { partitionOf } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import type { AttemptName } from '../engine/attempt-name.ts';
import type { InvocationRecord } from '../engine/record.ts';
import type { PartitionImage } from '../store/memory/partition-image.ts';
import type { Batch, PartitionStore } from '../store/store.ts';
import { auditCounts } from './audit-counts.ts';
import { auditInvocations } from './audit-invocations.ts';
import { auditJournal, decodeFrames } from './audit-journal.ts';
import { auditKeys } from './audit-keys.ts';
import { auditState } from './audit-state.ts';
import { AuditedCommit } from './audited-commit.ts';
import { CalledLedger } from './called-ledger.ts';
import type { Violation } from './effects-ledger.ts';

const CANCEL = 1;

export interface CommitAuditParts {
  readonly partitions: () => readonly PartitionImage[];
  readonly latest: () => number;
  readonly violation: Violation;
  readonly onAccepted: (record: InvocationRecord) => void;
  readonly onNeverStarted: (id: InvocationId) => void;
}

export class CommitAudit {
  readonly #parts: CommitAuditParts;
  readonly #called: CalledLedger;
  readonly #senders = new WeakMap<Uint8Array, AttemptName>();

  constructor(parts: CommitAuditParts) {
    this.#parts = parts;
    this.#called = new CalledLedger(parts.violation);
  }

  /** These frames are the work of this attempt; should they reach a journal, it has to be the current one. */
  noteSender(frames: readonly Uint8Array[], sender: AttemptName): void {
    for (const frame of frames) this.#senders.set(frame, sender);
  }

  /** The store as it is, with an eye on what is committed while the process lives. */
  watch(partition: number, store: PartitionStore, isAlive: () => boolean): PartitionStore {
    return {
      load: (request) => store.load(request),
      commit: (batch) => {
        if (isAlive()) this.#look(partition, batch);
        return store.commit(batch);
      },
      readJournal: (invocation, range) => store.readJournal(invocation, range),
      readState: (service, key) => store.readState(service, key),
      listDueTimers: (now, limit) => store.listDueTimers(now, limit),
      findNextTimerAt: () => store.findNextTimerAt(),
      listRunning: (after, limit) => store.listRunning(after, limit),
      listOutbox: (limit) => store.listOutbox(limit),
    };
  }

  #look(partition: number, batch: Batch): void {
    const { latest, partitions, violation, onAccepted, onNeverStarted } = this.#parts;
    const image = partitions()[partition];
    if (image === undefined) return;
    const commit = new AuditedCommit(image, batch, latest());
    auditCounts(commit, violation);
    auditKeys(commit, violation);
    auditInvocations(commit, {
      violation,
      onAccepted,
      onNeverStarted,
      isBeingEnded: (id) => isBeingEnded(id, batch, partitions()),
    });
    auditJournal(commit, {
      violation,
      called: this.#called,
      find: (id) => findAfter(id, commit, partitions()),
      senderOf: (frame) => this.#senders.get(frame),
    });
    auditState(commit, violation);
  }
}

function findAfter(
  id: InvocationId,
  commit: AuditedCommit,
  partitions: readonly PartitionImage[],
): InvocationRecord | undefined {
  const image = partitions[partitionOf(id, partitions.length)];
  if (image === commit.before) return commit.findAfter<'invocation'>({ table: 'invocation', id });
  return image?.findInvocation(id);
}

/** By a handler in this batch, or by a message that is under way between partitions. */
function isBeingEnded(id: InvocationId, batch: Batch, partitions: readonly PartitionImage[]): boolean {
  const sent = partitions.flatMap((image) => image.outbox.slice({ limit: Infinity }));
  const byMessage = sent.some(
    ({ message }) =>
      (message.kind === 'kill' && message.invocation === id) ||
      (message.kind === 'signal' && message.invocation === id && isCancel(message.signal)),
  );
  if (byMessage) return true;
  const appended = batch.journal.flatMap((write) => (write.kind === 'append' ? decodeFrames(write.frames) : []));
  return appended.some((entry) => entry.kind === 'sendSignal' && entry.target === id && isCancel(entry.signal));
}

function isCancel(
  signal: { readonly kind: 'signal'; readonly id: number } | { readonly kind: 'namedSignal' },
): boolean {
  return signal.kind === 'signal' && signal.id === CANCEL;
}
