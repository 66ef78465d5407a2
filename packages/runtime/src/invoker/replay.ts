import { concatFrames, encodeStart, invocationIdToBytes, type Start } from '@holdfast/protocol';
import type { StartAttempt } from '../engine/effect.ts';
import type { PartitionStore } from '../store/store.ts';

// Below this size one copy is cheaper than a second write.
const joinBytesMax = 64 * 1024;

export interface ReplaySource {
  readonly order: StartAttempt;
  readonly store: Pick<PartitionStore, 'readJournal' | 'readState'>;
  readonly lazyState: boolean;
  /** State above this size is sent as a prefix in key order, marked partial. */
  readonly eagerStateBytesMax: number;
  readonly now: number;
}

/**
 * Loads what opens an attempt: Start, then the entries `[0, journalLength)` exactly as they were stored. `known_entries` is the
 * bound of the order, never a count of what the store holds by now: later entries follow as notifications.
 */
export async function loadReplay(source: ReplaySource): Promise<readonly Uint8Array[]> {
  const { order, store } = source;
  const [journal, snapshot] = await Promise.all([
    store.readJournal(order.invocation, { from: 0, to: order.journalLength }),
    loadEagerState(source),
  ]);
  const start = encodeStart(
    {
      kind: 'start',
      id: invocationIdToBytes(order.invocation),
      debugId: order.invocation,
      knownEntries: order.journalLength,
      ...snapshot,
      key: order.target.key,
      retryCountSinceLastStoredEntry: order.retryCountSinceLastCommand,
      durationSinceLastStoredEntryMs: Math.max(0, source.now - order.retrySince),
      randomSeed: BigInt(`0x${order.randomSeed}`),
      ...(order.idempotencyKey === undefined ? {} : { idempotencyKey: order.idempotencyKey }),
    },
    order.pin.protocolVersion,
  );
  return journal.length <= joinBytesMax ? [concatFrames([start, journal])] : [start, journal];
}

/** Stateless services have no state to know, which the protocol calls partial; so does a handler that reads lazily. */
async function loadEagerState(source: ReplaySource): Promise<Pick<Start, 'state' | 'partialState'>> {
  const { target } = source.order;
  if (target.serviceKind === 'service' || source.lazyState) return { state: [], partialState: true };
  const records = await source.store.readState(target.service, target.key);
  const state: (readonly [Uint8Array, Uint8Array])[] = [];
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const record of records) {
    const name = encoder.encode(record.name);
    bytes += name.length + record.value.length;
    if (bytes > source.eagerStateBytesMax) return { state, partialState: true };
    state.push([name, record.value]);
  }
  return { state, partialState: false };
}
