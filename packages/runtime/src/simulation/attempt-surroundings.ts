import type { ProtocolVersion, Result } from '@holdfast/protocol';
import type { Wait } from './handler-context.ts';

/** The endpoint process and the world around a simulated attempt. */
export interface AttemptSurroundings {
  readonly version: ProtocolVersion;
  /** Tells the runtime what it waits for, whenever it does (V7). */
  readonly hints: boolean;
  now(): number;
  send(bytes: Uint8Array): void;
  /** No more will be sent. */
  finish(): void;
  breakStream(): void;
  asksForAck(): boolean;
  /** Executes a step's closure; calls back with its result when it is done, unless the process died. */
  execute(
    step: {
      readonly invocation: string;
      readonly life: string;
      readonly completionId: number;
      readonly fails: boolean;
      readonly publishes?: Wait;
    },
    done: (result: Result) => void,
  ): void;
  /** The runtime has confirmed a step's result to this attempt. */
  confirm(step: { readonly life: string; readonly completionId: number; readonly result: string }): void;
  /** What it runs is the execution that has this seed. */
  noteStart(randomSeed: bigint): void;
  noteReplay(life: string, frames: readonly Uint8Array[]): void;
  noteConsumed(life: string, index: number, result: string): void;
  stumbles(name: string): boolean;
  askForPromise(workflow: string, name: string): void;
  violation(promise: string, message: string): void;
}
