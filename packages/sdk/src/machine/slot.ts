import type { Intent } from './intent.ts';
import type { Leaf } from './leaf.ts';

/** One thing that user code issued: what it is, what it will hear, and the numbers it has once it is claimed or sent. */
export interface Slot {
  readonly intent: Intent;
  /** The key of a keyed step. */
  readonly claimKey: string | undefined;
  /** Settled by the completion of the command. Commands without one never settle it. */
  readonly result: Leaf;
  /** Of calls and sends: the callee's invocation id. */
  readonly invocationId: Leaf;
  /** Of the result; 0 while parked. */
  completionId: number;
  /** Place among commands, Input = 0; 0 while parked. */
  commandIndex: number;
  /** True for a step that is what an earlier attempt may have failed at: the failures that the runtime counted are its. */
  inheritsRetries: boolean;
}
