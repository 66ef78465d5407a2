import { invocationIdFromBytes, type NotificationResult, type Start } from '@holdfast/protocol/wire';
import type { AttemptDriver } from '../attempt/attempt-driver.ts';
import { CancelledError } from '../error/terminal-error.ts';
import { SdkError } from '../error/sdk-error.ts';
import type { Intent } from '../machine/intent.ts';
import type { Leaf } from '../machine/leaf.ts';
import type { ReplayMachine } from '../machine/replay-machine.ts';
import type { Slot } from '../machine/slot.ts';
import { DurablePromise, type DurablePromiseHost } from './durable-promise.ts';
import { toTerminalError } from './failure.ts';

export interface Logger {
  readonly warn: (...message: readonly unknown[]) => void;
  readonly error: (...message: readonly unknown[]) => void;
}

export interface SessionOptions {
  readonly start: Start;
  readonly machine: ReplayMachine;
  readonly driver: AttemptDriver;
  readonly seed: bigint;
  /** Refuses a step whose name was used before and that nothing else tells apart. */
  readonly strict: boolean;
  readonly logger: Logger;
}

/** What all parts of a context share: the machine, the turn of the crank, and the names that are taken. */
export class Session {
  readonly start: Start;
  readonly machine: ReplayMachine;
  readonly driver: AttemptDriver;
  readonly seed: bigint;
  readonly strict: boolean;
  readonly logger: Logger;
  readonly startedAt: number = Date.now();
  /** How often each name was used, by kind. */
  readonly names: Map<string, number> = new Map<string, number>();
  readonly host: DurablePromiseHost;

  constructor(options: SessionOptions, sleep: DurablePromiseHost['sleep']) {
    this.start = options.start;
    this.machine = options.machine;
    this.driver = options.driver;
    this.seed = options.seed;
    this.strict = options.strict;
    this.logger = options.logger;
    this.host = { sleep };
  }

  /** The seed as the key of digests. */
  get seedBytes(): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, this.seed));
    return bytes;
  }

  get invocationId(): string {
    return this.start.debugId === '' ? invocationIdFromBytes(this.start.id) : this.start.debugId;
  }

  issue(intent: Intent, options: { readonly claimKey?: string } = {}): Slot {
    const slot = this.machine.issue(intent, options);
    this.driver.touch();
    return slot;
  }

  /** A promise for what the leaf will say. */
  promise<T>(leaf: Leaf, decode: (result: NotificationResult) => T): DurablePromise<T> {
    let decoded: { readonly value: T } | undefined;
    return new DurablePromise<T>(({ resolve, reject }) => {
      const stop = this.machine.listen(leaf, {
        settled: (result) => {
          try {
            if (result.kind === 'failure') throw toTerminalError(result.failure);
            decoded ??= { value: decode(result) };
            resolve(decoded.value);
          } catch (error) {
            reject(error);
          }
        },
        cancelled: () => reject(new CancelledError()),
      });
      this.driver.touch();
      return stop;
    }, this.host);
  }

  /** What is answered when the attempt ends here: nothing, ever. */
  nothing(): DurablePromise<never> {
    return new DurablePromise<never>(() => () => undefined, this.host);
  }

  /** Runs a check that throws SdkError; answers `undefined` when it did, and the attempt is over. */
  checked<T>(check: () => T): { readonly value: T } | undefined {
    try {
      return { value: check() };
    } catch (error) {
      if (!(error instanceof SdkError)) throw error;
      this.machine.stop(error);
      this.driver.touch();
      return undefined;
    }
  }

  /** Counts the uses of a name and answers which one this is, from 1. */
  useName(kind: string, name: string): number {
    const used = `${kind} ${name}`;
    const times = (this.names.get(used) ?? 0) + 1;
    this.names.set(used, times);
    return times;
  }
}
