import type { Command, CommandKind } from '@holdfast/protocol/wire';

type WithoutIds<C> = C extends unknown ? Omit<C, 'completionId' | 'invocationIdCompletionId'> : never;
type StateRead = 'getLazyState' | 'getEagerState' | 'getLazyStateKeys' | 'getEagerStateKeys';

/**
 * What user code wants to do: a command whose numbers are not known yet.
 *
 * A state read is one intent, whether the state is at hand (eager) or must be asked for (lazy); the journal may hold either form.
 */
export type Intent =
  | WithoutIds<Exclude<Command, { readonly kind: 'input' | StateRead }>>
  | { readonly kind: 'getState'; readonly name: string; readonly key: Uint8Array }
  | { readonly kind: 'getStateKeys'; readonly name: string };

/** How many completion ids a command takes. A state read takes one in both forms, so that eager and lazy runs stay aligned. */
export const idsTaken: Readonly<Record<CommandKind, 0 | 1 | 2>> = {
  input: 0,
  output: 0,
  getLazyState: 1,
  setState: 0,
  clearState: 0,
  clearAllState: 0,
  getLazyStateKeys: 1,
  getEagerState: 1,
  getEagerStateKeys: 1,
  getPromise: 1,
  peekPromise: 1,
  completePromise: 1,
  sleep: 1,
  call: 2,
  oneWayCall: 1,
  sendSignal: 0,
  run: 1,
  attachInvocation: 1,
  getInvocationOutput: 1,
  completeAwakeable: 0,
};
