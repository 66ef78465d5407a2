/**
 * A promise for something that the journal says. It is lazy: whoever awaits it is a reason to suspend; what nobody awaits is none, and cannot fail
 * unhandled.
 *
 * Combine durable promises with the static methods here rather than with those of `Promise`: they decide as the journal decides either way, but these
 * also stop waiting for what has lost.
 */
import { CancelledError, TimeoutError } from '../error/terminal-error.ts';
import type { Duration } from './duration.ts';

export interface Observer<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Begins to wait; answers how to stop. */
export type Subscribe<T> = (observer: Observer<T>) => () => void;

/** What `orTimeout` needs of the context. */
export interface DurablePromiseHost {
  readonly sleep: (duration: Duration, name?: string) => DurablePromise<void>;
}

type Members = readonly unknown[];
type Values<T extends Members> = { -readonly [P in keyof T]: Awaited<T[P]> };
type Settled<T extends Members> = { -readonly [P in keyof T]: PromiseSettledResult<Awaited<T[P]>> };

export class DurablePromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag]: string = 'DurablePromise';
  readonly #subscribe: Subscribe<T>;
  readonly #host: DurablePromiseHost;

  /** Made by the context only. */
  constructor(subscribe: Subscribe<T>, host: DurablePromiseHost) {
    this.#subscribe = subscribe;
    this.#host = host;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  then<R = T, E = never>(
    onfulfilled?: ((value: T) => R | PromiseLike<R>) | null,
    onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return new Promise<T>((resolve, reject) => void this.#subscribe({ resolve, reject })).then(onfulfilled, onrejected);
  }

  catch<E = never>(onrejected?: ((reason: unknown) => E | PromiseLike<E>) | null): Promise<T | E> {
    return this.then(undefined, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<T> {
    return this.then(undefined, undefined).finally(onfinally);
  }

  /** The same wait with another value. */
  map<R>(change: (value: T) => R): DurablePromise<R> {
    return new DurablePromise<R>(
      ({ resolve, reject }) =>
        this.#subscribe({
          resolve: (value) => {
            try {
              resolve(change(value));
            } catch (error) {
              reject(error);
            }
          },
          reject,
        }),
      this.#host,
    );
  }

  /** Waits no longer than this: then it rejects with a TimeoutError (code 408). The timer is durable and starts now. */
  orTimeout(duration: Duration, name = 'timeout'): DurablePromise<T> {
    const timer = this.#host.sleep(duration, name).map((): T => {
      throw new TimeoutError();
    });
    return DurablePromise.race([this, timer]);
  }

  /** All values in order, or the first failure. */
  static all<const M extends Members>(members: M): DurablePromise<Values<M>> {
    return combine<Values<M>>(members, (settle, size) => {
      const values: unknown[] = Array.from({ length: size });
      let left = size;
      const done = (): void => settle.resolve(values as Values<M>); // one value per member, in order
      if (left === 0) done();
      return (index) => ({
        resolve: (value) => {
          values[index] = value;
          left -= 1;
          if (left === 0) done();
        },
        reject: settle.reject,
      });
    });
  }

  /** The outcome of each, in order; never fails. */
  static allSettled<const M extends Members>(members: M): DurablePromise<Settled<M>> {
    return combine<Settled<M>>(members, (settle, size) => {
      const outcomes: unknown[] = Array.from({ length: size });
      let left = size;
      const note = (index: number, outcome: PromiseSettledResult<unknown>): void => {
        outcomes[index] = outcome;
        left -= 1;
        if (left === 0) settle.resolve(outcomes as Settled<M>); // one outcome per member, in order
      };
      if (left === 0) settle.resolve(outcomes as Settled<M>); // the same, of none
      return (index) => ({
        resolve: (value) => note(index, { status: 'fulfilled', value }),
        reject: (reason) => note(index, { status: 'rejected', reason }),
      });
    });
  }

  /** The first outcome, in the order of the journal. */
  static race<const M extends Members>(members: M): DurablePromise<Awaited<M[number]>> {
    return combine<Awaited<M[number]>>(members, (settle) => () => ({
      resolve: (value) => settle.resolve(value as Awaited<M[number]>), // a member's value
      reject: settle.reject,
    }));
  }

  /** The first success; an AggregateError when all fail. */
  static any<const M extends Members>(members: M): DurablePromise<Awaited<M[number]>> {
    return combine<Awaited<M[number]>>(members, (settle, size) => {
      const errors: unknown[] = Array.from({ length: size });
      let left = size;
      if (left === 0) settle.reject(new AggregateError(errors, 'No promise was given.'));
      return (index) => ({
        resolve: (value) => settle.resolve(value as Awaited<M[number]>), // a member's value
        reject: (error) => {
          errors[index] = error;
          left -= 1;
          if (left === 0) settle.reject(new AggregateError(errors, 'All promises failed.'));
        },
      });
    });
  }

  /** Begins to wait without making a promise; combinators stop waiting for the losers through it. */
  static subscribe(member: unknown, observer: Observer<unknown>): () => void {
    if (member instanceof DurablePromise) return member.#subscribe(observer);
    Promise.resolve(member).then(observer.resolve, observer.reject);
    return () => undefined;
  }

  static hostOf(members: Members): DurablePromiseHost {
    const durable = members.find((member) => member instanceof DurablePromise);
    if (durable === undefined) throw new TypeError('Combine at least one durable promise; Promise.all does the rest.');
    return durable.#host;
  }
}

type Combination<R> = (settle: Observer<R>, size: number) => (index: number) => Observer<unknown>;

function combine<R>(members: Members, combination: Combination<R>): DurablePromise<R> {
  const host = members.length === 0 ? noHost : DurablePromise.hostOf(members);
  return new DurablePromise<R>((observer) => {
    let stops: (() => void)[] | undefined = [];
    const stop = (): void => {
      const all = stops ?? [];
      stops = undefined;
      for (const one of all) one();
    };
    const once =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        if (stops === undefined) return;
        stop();
        settle(value);
      };
    const settle = { resolve: once(observer.resolve), reject: once(observer.reject) };
    const observe = combination(settle, members.length);
    members.forEach((member, index) => {
      const { resolve, reject } = observe(index);
      const stopOne = DurablePromise.subscribe(member, {
        resolve,
        // A cancellation ends the whole wait, whatever the combination makes of failures.
        reject: (error) => (error instanceof CancelledError ? settle.reject(error) : reject(error)),
      });
      // An earlier member may have decided already.
      if (stops === undefined) stopOne();
      else stops.push(stopOne);
    });
    return stop;
  }, host);
}

const noHost: DurablePromiseHost = {
  sleep: () => {
    throw new TypeError('A combination of no promises has nothing to wait for.');
  },
};
