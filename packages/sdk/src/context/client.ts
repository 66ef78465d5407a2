import type { HandlerDefinition, HandlerFunction } from '../definition/handler.ts';
import type { CallOptions, CallPromise, SendHandle, SendOptions } from './context.ts';

// In these positions `never` is what every context and every input can be.
type InputOf<H> =
  H extends HandlerDefinition<never, infer I, unknown>
    ? Given<I>
    : H extends HandlerFunction<never, infer I, unknown>
      ? Given<I>
      : never;
/** A handler that declares no input is called without one. */
type Given<I> = unknown extends I ? void : I;
type OutputOf<H> = H extends { readonly handle: (ctx: never, input: never) => Promise<infer O> }
  ? O
  : H extends (ctx: never, input: never) => Promise<infer O>
    ? O
    : never;

type HandlersOf<D> = D extends { readonly handlers: infer H } ? H : never;
type Arguments<I, O> = [I] extends [void] ? [input?: undefined, options?: O] : [input: I, options?: O];

/** A method per handler, which calls it. */
export type Client<D> = {
  readonly [M in keyof HandlersOf<D>]: (
    ...args: Arguments<InputOf<HandlersOf<D>[M]>, CallOptions>
  ) => CallPromise<OutputOf<HandlersOf<D>[M]>>;
};

/** A method per handler, which sends to it and does not wait. */
export type SendClient<D> = {
  readonly [M in keyof HandlersOf<D>]: (...args: Arguments<InputOf<HandlersOf<D>[M]>, SendOptions>) => SendHandle;
};
