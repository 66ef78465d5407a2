import { encodeCommand, encodeStart } from '@holdfast/protocol/wire';

/** What a runtime sends for an invocation that has just begun, in protocol V6. */
export function freshReplay(input?: unknown): Buffer {
  const start = encodeStart(
    {
      kind: 'start',
      id: new Uint8Array(24),
      debugId: 'inv_1',
      knownEntries: 1,
      state: [],
      partialState: true,
      key: '',
      retryCountSinceLastStoredEntry: 0,
      durationSinceLastStoredEntryMs: 0,
      randomSeed: 0n,
    },
    6,
  );
  const value = input === undefined ? new Uint8Array(0) : new TextEncoder().encode(JSON.stringify(input));
  return Buffer.concat([start, encodeCommand({ kind: 'input', name: '', headers: [], value })]);
}
