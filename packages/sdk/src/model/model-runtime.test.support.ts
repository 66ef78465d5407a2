/**
 * A runtime of a hundred lines: one invocation, its journal in memory, and a choice of what happens next.
 */
import type {
  Command,
  Notification,
  NotificationResult,
  ProtocolVersion,
  Start,
  Suspension,
} from '@holdfast/protocol/wire';
import { type Entry, ModelAttempt } from './model-attempt.test.support.ts';
import { interpret, type Observations, type Op, signalsOf } from './model-program.test.support.ts';

const utf8 = new TextEncoder();
const text = new TextDecoder();
const invocationBytes = new Uint8Array(24).fill(9);
const stepsMax = 400;

export interface World {
  readonly version: ProtocolVersion;
  readonly requestResponse: boolean;
  readonly lazyState: boolean;
  /** What happens next, where more than one thing can. */
  readonly choices: readonly number[];
  /** After how many events the invocation is cancelled; undefined: never. */
  readonly cancelAt?: number;
  readonly delays?: readonly number[];
}

export interface Run {
  readonly journal: readonly Entry[];
  readonly executed: readonly string[];
}

const input: Command = { kind: 'input', name: '', headers: [], value: new Uint8Array(0) };

/** Runs a program from a journal (by default: from its input) to its end. */
export async function runFreely(ops: readonly Op[], world: World, from: readonly Entry[] = [input]): Promise<Run> {
  const runtime = new ModelRuntime(world, { from, signals: signalsOf(ops) });
  const seen: Observations = { executed: [], delays: world.delays ?? [] };
  for (let attempts = 0; attempts < stepsMax; attempts += 1) {
    const attempt = runtime.open(ops, seen);
    const ended = await runtime.drive(attempt);
    if (ended) return { journal: runtime.journal, executed: seen.executed };
  }
  throw new Error('The invocation does not end.');
}

export function openAttempt(
  ops: readonly Op[],
  world: World,
  options: { readonly journal: readonly Entry[]; readonly seen: Observations; readonly stallMs?: number },
): ModelAttempt {
  const { journal, seen, stallMs = 1_000 } = options;
  return new ModelAttempt({
    version: world.version,
    requestResponse: world.requestResponse,
    handle: (ctx) => interpret(ctx, ops, seen),
    start: startOf(journal, world),
    journal,
    stallMs,
  });
}

function startOf(journal: readonly Entry[], world: World): Omit<Start, 'kind' | 'knownEntries'> {
  const state = new Map<string, Uint8Array>();
  for (const entry of journal) applyState(entry, state);
  return {
    id: invocationBytes,
    debugId: 'inv_model',
    state: world.lazyState ? [] : [...state].map(([key, bytes]) => [utf8.encode(key), bytes]),
    partialState: world.lazyState,
    key: 'k',
    retryCountSinceLastStoredEntry: 0,
    durationSinceLastStoredEntryMs: 0,
    randomSeed: 42n,
  };
}

function applyState(entry: Entry, state: Map<string, Uint8Array>): void {
  if (entry.kind === 'setState') state.set(text.decode(entry.key), entry.value);
  else if (entry.kind === 'clearState') state.delete(text.decode(entry.key));
  else if (entry.kind === 'clearAllState') state.clear();
}

class ModelRuntime {
  readonly journal: Entry[];
  readonly #world: World;
  /** Every signal that the program can ask for. */
  readonly #signals: readonly (number | string)[];
  readonly #state = new Map<string, Uint8Array>();
  readonly #promises = new Set<string>();
  /** What will happen, in any order. */
  #due: Notification[] = [];
  readonly #signalled = new Set<string>();
  /** What the open attempt was sent at its start. */
  readonly #seen = new Set<Entry>();
  #events = 0;

  constructor(
    world: World,
    options: { readonly from: readonly Entry[]; readonly signals: readonly (number | string)[] },
  ) {
    const { from, signals } = options;
    this.#world = world;
    this.#signals = signals;
    this.journal = [...from];
    for (const entry of from) this.#apply(entry);
    const known = new Set(from.flatMap((entry) => (entry.kind === 'notification' ? [JSON.stringify(entry.id)] : [])));
    this.#due = this.#due.filter(({ id }) => !known.has(JSON.stringify(id)));
  }

  open(ops: readonly Op[], seen: Observations): ModelAttempt {
    for (const entry of this.journal) this.#seen.add(entry);
    return openAttempt(ops, this.#world, { journal: [...this.journal], seen });
  }

  /** Answers whether the invocation has ended; else it suspended, and something has happened since. */
  async drive(attempt: ModelAttempt): Promise<boolean> {
    for (let step = 0; step < stepsMax; step += 1) {
      await attempt.rest();
      for (const message of attempt.received.splice(0)) {
        if (message.kind === 'end') return true;
        if (message.kind === 'error') throw new Error(`The attempt failed: ${message.message}`);
        if (message.kind === 'suspension') {
          if (!message.signals.includes(1)) throw new Error('A cancellation would not wake it.');
          this.#happen(message);
          return false;
        }
        if (message.kind === 'command') this.#append(message.command, attempt);
        else if (message.kind === 'proposeRunCompletion') this.#accept(message.completionId, message.result);
      }
      await attempt.rest();
      if (attempt.received.length === 0) this.#deliver(this.#next([]), attempt);
    }
    throw new Error('The attempt does not end.');
  }

  /** Something that is waited for happens while nobody is there, and perhaps something else before; unless it has happened already. */
  #happen(waiting: Suspension): void {
    // The next attempt begins only when all that was received is durable.
    for (const proposal of this.#due.filter(({ of }) => of === 'run')) this.journal.push(proposal);
    this.#due = this.#due.filter(({ of }) => of !== 'run');
    const ids = [...waiting.completions, ...waiting.signals, ...waiting.namedSignals].map(String);
    const isDone = this.journal.some(
      (entry) =>
        entry.kind === 'notification' &&
        ids.includes(String('id' in entry.id ? entry.id.id : entry.id.name)) &&
        !this.#seen.has(entry),
    );
    if (isDone) return;
    this.journal.push(this.#next([...waiting.signals.filter((id) => id !== 1), ...waiting.namedSignals]));
    if (this.#choose(2) === 1 && this.#due.length > 0) this.journal.push(this.#next([]));
  }

  #append(command: Command, attempt: ModelAttempt): void {
    // What is due may become durable before a command that is on its way.
    if (this.#due.length > 0 && this.#choose(4) === 0) this.#deliver(this.#next([]), attempt);
    this.journal.push(command);
    const before = this.#due.length;
    const immediate = this.#apply(command);
    for (const notification of this.#due.splice(before, immediate)) this.#deliver(notification, attempt);
  }

  #accept(completionId: number, result: NotificationResult): void {
    this.#due.push({ kind: 'notification', of: 'run', id: { kind: 'completion', id: completionId }, result });
  }

  #deliver(notification: Notification, attempt: ModelAttempt): void {
    this.journal.push(notification);
    if (this.#world.requestResponse) return;
    if (notification.of === 'run' && this.#world.version === 7 && notification.id.kind === 'completion') {
      attempt.acknowledge(notification.id.id);
    } else {
      attempt.deliver(notification);
    }
  }

  /** `signals` are those that the outside would send now: the only thing that happens without a command. */
  #next(signals: readonly (number | string)[]): Notification {
    this.#events += 1;
    if (this.#events === this.#world.cancelAt) return signal(1, { kind: 'void' });
    const chosen = this.#due.length === 0 ? undefined : this.#due.splice(this.#choose(this.#due.length), 1)[0];
    if (chosen !== undefined) return chosen;
    const open = (signals.length === 0 ? this.#signals : signals).find((id) => !this.#signalled.has(String(id)));
    if (open === undefined) throw new Error('Nothing can happen any more.');
    this.#signalled.add(String(open));
    return signal(open, success(`signal ${open}`));
  }

  #choose(among: number): number {
    return (this.#world.choices[this.#events % this.#world.choices.length] ?? 0) % among;
  }

  /** What the command does; answers how many of the notifications that it made due follow it at once. */
  #apply(entry: Entry): number {
    applyState(entry, this.#state);
    switch (entry.kind) {
      case 'notification':
        if (entry.id.kind !== 'completion')
          this.#signalled.add(String(entry.id.kind === 'signal' ? entry.id.id : entry.id.name));
        return 0;
      case 'sleep':
        return this.#complete('sleep', entry.completionId, { kind: 'void' }, 0);
      case 'getLazyState': {
        const found = this.#state.get(text.decode(entry.key));
        const result = found === undefined ? ({ kind: 'void' } as const) : ({ kind: 'success', value: found } as const);
        return this.#complete('getLazyState', entry.completionId, result, 1);
      }
      case 'getLazyStateKeys': {
        const keys = [...this.#state.keys()].toSorted().map((key) => utf8.encode(key));
        return this.#complete('getLazyStateKeys', entry.completionId, { kind: 'stateKeys', keys }, 1);
      }
      case 'call':
        this.#complete('callInvocationId', entry.invocationIdCompletionId, calleeOf(entry.invocationIdCompletionId), 1);
        this.#complete('call', entry.completionId, { kind: 'success', value: entry.parameter }, 0);
        return 1;
      case 'oneWayCall':
        return this.#complete(
          'callInvocationId',
          entry.invocationIdCompletionId,
          calleeOf(entry.invocationIdCompletionId),
          1,
        );
      case 'peekPromise':
        return this.#complete(
          'peekPromise',
          entry.completionId,
          this.#promises.has(entry.key) ? success('done') : { kind: 'void' },
          1,
        );
      case 'completePromise': {
        const twice = this.#promises.has(entry.key);
        this.#promises.add(entry.key);
        const failure = { code: 409, message: 'completed before', metadata: [] };
        return this.#complete(
          'completePromise',
          entry.completionId,
          twice ? { kind: 'failure', failure } : { kind: 'void' },
          1,
        );
      }
      default:
        return 0;
    }
  }

  #complete(of: Notification['of'], id: number, result: NotificationResult, immediate: number): number {
    this.#due.push({ kind: 'notification', of, id: { kind: 'completion', id }, result });
    return immediate;
  }
}

function calleeOf(id: number): NotificationResult {
  return { kind: 'invocationId', invocationId: `inv_callee${id}` };
}

function success(value: unknown): { readonly kind: 'success'; readonly value: Uint8Array } {
  return { kind: 'success', value: utf8.encode(JSON.stringify(value)) };
}

function signal(id: number | string, result: NotificationResult): Notification {
  return {
    kind: 'notification',
    of: 'signal',
    id: typeof id === 'number' ? { kind: 'signal', id } : { kind: 'namedSignal', name: id },
    result,
  };
}
