/** What a simulated handler asks of the attempt that drives it, and how it tells that it blocks. */
import type { Command, Failure, NotificationId, NotificationResult } from '@holdfast/protocol';
import type { Stumble } from './program.ts';

export type Wait = NotificationId;

export interface Block {
  readonly until: 'all' | 'any';
  readonly waits: readonly Wait[];
}

/** Parallel to the waits; those that are still open are `undefined`, which happens with `any` only. */
export type Results = readonly (NotificationResult | undefined)[];

/** A generator, so that the attempt decides when user code goes on. */
export type Handling<Value> = Generator<Block, Value, Results>;

export interface HandlerContext {
  readonly service: string;
  readonly handler: string;
  readonly key: string;
  /** Compares with the journal or sends; returns the recorded command where there is one. */
  issue(command: Command): Command;
  /** A new completion id. */
  allocate(): number;
  nextSignal(): number;
  /** Executes the closure of a run, unless the journal has its result. */
  execute(step: { readonly completionId: number; readonly fails: boolean; readonly publishes?: Wait }): void;
  /** A cancellation goes on to what was called. */
  noteCall(invocationIdCompletionId: number): void;
  /** The value of a state key when the snapshot tells; `undefined` when it has to be asked for. */
  readState(name: string): { readonly value: Uint8Array | undefined } | undefined;
  /** `undefined` when the snapshot does not hold them all. */
  readStateNames(): readonly string[] | undefined;
  /** `undefined` clears. */
  writeState(name: string, value: Uint8Array | undefined): void;
  clearState(): void;
  /** Whether to go wrong here now; never while replaying. */
  stumbles(name: string): boolean;
  /** Somebody has to resolve this promise of the workflow. */
  askForPromise(name: string): void;
  now(): number;
  violation(promise: string, message: string): void;
}

/** A terminal failure, from a callee, a signal or a cancellation. */
export class TerminalFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The attempt ends without a result, in one of many ways. */
export class Stumbled extends Error {
  readonly how: Stumble | 'giveUp';
  constructor(how: Stumble | 'giveUp') {
    super(how);
    this.how = how;
  }
}

export function completion(id: number): Wait {
  return { kind: 'completion', id };
}

export function* waitFor(wait: Wait): Handling<NotificationResult> {
  const [result] = yield { until: 'all', waits: [wait] };
  return result ?? { kind: 'void' };
}

/** What user code makes of a result. */
export function textOf(result: NotificationResult | undefined): string {
  switch (result?.kind) {
    case 'success':
      return new TextDecoder().decode(result.value);
    case 'failure':
      return `!${result.failure.code}`;
    default:
      return '';
  }
}

export function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
