/** State commands of a simulated handler: read from the snapshot of Start where it tells, else asked for (protocol section 11.2). */
import { bytesOf, completion, encode, waitFor } from './handler-context.ts';
import type { HandlerContext, Handling } from './handler-context.ts';

const COUNT = 'count';

export function* bump(context: HandlerContext): Handling<void> {
  const before = yield* read(context, COUNT);
  const count = before === undefined ? 0 : Number(JSON.parse(new TextDecoder().decode(before)));
  set(context, COUNT, encode(count + 1));
}

export function set(context: HandlerContext, name: string, value: Uint8Array): void {
  context.issue({ kind: 'setState', name: '', key: bytesOf(name), value });
  context.writeState(name, value);
}

export function clear(context: HandlerContext, name: string): void {
  context.issue({ kind: 'clearState', name: '', key: bytesOf(name) });
  context.writeState(name, undefined);
}

export function clearAll(context: HandlerContext): void {
  context.issue({ kind: 'clearAllState', name: '' });
  context.clearState();
}

export function* readValue(context: HandlerContext, name: string): Handling<string> {
  const value = yield* read(context, name);
  return value === undefined ? '-' : new TextDecoder().decode(value);
}

export function* readNames(context: HandlerContext): Handling<string> {
  const completionId = context.allocate();
  const known = context.readStateNames();
  const recorded = context.issue(
    known === undefined
      ? { kind: 'getLazyStateKeys', name: '', completionId }
      : { kind: 'getEagerStateKeys', name: '', keys: known.toSorted().map(bytesOf) },
  );
  if (recorded.kind === 'getEagerStateKeys') return namesOf(recorded.keys);
  const result = yield* waitFor(completion(completionId));
  return namesOf(result.kind === 'stateKeys' ? result.keys : []);
}

/** What was recorded decides how a replay reads, whatever the snapshot holds by now. */
function* read(context: HandlerContext, name: string): Handling<Uint8Array | undefined> {
  const completionId = context.allocate();
  const key = bytesOf(name);
  const known = context.readState(name);
  const recorded = context.issue(
    known === undefined
      ? { kind: 'getLazyState', name: '', key, completionId }
      : { kind: 'getEagerState', name: '', key, ...(known.value === undefined ? {} : { value: known.value }) },
  );
  if (recorded.kind === 'getEagerState') return recorded.value;
  const result = yield* waitFor(completion(completionId));
  return result.kind === 'success' ? result.value : undefined;
}

function namesOf(keys: readonly Uint8Array[]): string {
  return keys.map((key) => new TextDecoder().decode(key)).join('+');
}
