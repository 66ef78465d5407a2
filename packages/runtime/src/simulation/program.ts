/**
 * What the handlers of a simulated world do: a program is data, so that it travels as the input of an invocation and any attempt can
 * execute it again from its start.
 */

/** What a handler may wait for, alone or together with others. */
export type Step =
  | { readonly op: 'run'; readonly name: string; readonly fails: boolean }
  | { readonly op: 'sleep'; readonly ms: number }
  /** Waits for an awakeable, or a named signal, that the world resolves after the step that publishes it. */
  | { readonly op: 'awakeable'; readonly name: string }
  | { readonly op: 'signal'; readonly name: string }
  | { readonly op: 'call'; readonly to: Callee }
  | { readonly op: 'promise'; readonly name: string }
  /** Of an execution that has an idempotency key: its result, or what there is of it. */
  | { readonly op: 'attach'; readonly to: Callee }
  | { readonly op: 'output'; readonly to: Callee };

export type Operation =
  | Step
  /** Reads the counter of the key and writes it back, one higher. */
  | { readonly op: 'bump' }
  | { readonly op: 'set' | 'clear' | 'read'; readonly name: string }
  | { readonly op: 'clearAll' | 'names' }
  | { readonly op: 'send'; readonly to: Callee; readonly delayMs: number }
  /** Sends on and attaches to what it sent. */
  | { readonly op: 'sendAndAttach'; readonly to: Callee }
  /** Calls a handler that waits until its caller wakes it. */
  | { readonly op: 'wake'; readonly to: Callee; readonly by: 'awakeable' | 'signal' }
  /** Calls a handler that never ends by itself, and cancels it. */
  | { readonly op: 'cancelChild'; readonly to: Callee }
  /** Sends to itself, as a cron job does. */
  | { readonly op: 'again'; readonly next: Program; readonly delayMs: number }
  | { readonly op: 'resolvePromise'; readonly name: string; readonly fails: boolean }
  | { readonly op: 'peekPromise'; readonly name: string }
  /** Goes wrong the first time that an endpoint process comes here. */
  | { readonly op: 'stumble'; readonly name: string; readonly how: Stumble }
  | { readonly op: 'all' | 'any'; readonly steps: readonly Step[] }
  /** Waits for the caller: for its first awakeable, or for a signal named `go`. */
  | { readonly op: 'beWoken'; readonly by: 'awakeable' | 'signal' }
  /** Waits for what never comes. */
  | { readonly op: 'never' };

/** All the ways in which an endpoint can disappoint. */
export type Stumble =
  | 'error'
  | 'errorWithDelay'
  | 'pause'
  | 'crash'
  | 'garbage'
  | 'halfFrame'
  | 'silence'
  | 'endWithoutOutput'
  | 'badCommand'
  | 'suspendOnRun';

export interface Callee {
  readonly service: 'Plain' | 'Counter' | 'Flow';
  readonly handler: 'go' | 'look' | 'run' | 'help';
  readonly key: string;
  readonly program: Program;
  readonly idempotencyKey?: string;
}

export interface Program {
  /** Unique among all programs of a world. */
  readonly id: string;
  readonly operations: readonly Operation[];
  readonly ends: 'value' | 'failure' | 'giveUp';
}
