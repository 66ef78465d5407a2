import type { Unreachable } from '../partition/port.ts';
import type { StreamFailure } from './transport.ts';

export interface FailedReach {
  readonly failure: StreamFailure;
  /** Epoch ms when its stream was opened. */
  readonly openedAt: number;
}

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly about: Trouble; readonly nextProbeAt: number }
  | {
      readonly kind: 'trying';
      readonly about: Trouble;
      /** When the probe was due. */
      readonly dueAt: number;
      /** Attempts that may be under way without an answer. */
      readonly allowance: number;
      /** Those that are. */
      readonly trials: Set<object>;
    };

interface Trouble {
  readonly since: number;
  readonly failures: number;
  readonly lastError: string;
}

// A service that restarts is back within a second or two, and should not wait for us. One that is gone for weeks, as old versions are, costs one
// connection and one commit in ten seconds; a thousand of them cost a hundred a second.
const firstDelayMs = 250;
const longestDelayMs = 10_000;
// A connection that breaks before it answers may be the handler's doing: one that crashes its process must not hold others for long.
const longestDelayAfterLossMs = 1_000;
// Circuits that opened together should not probe together.
const jitterMax = 0.3;
// A process that has just started takes its work in doublings. After this many answers in a row nothing more is learned from going slowly.
const allowanceMax = 128;

/**
 * Whether attempts of one deployment may be opened, by what was seen of its endpoint:
 *
 *   closed → open: it cannot be reached. Everything waits until the time of the next probe, which doubles from probe to probe.
 *   open → trying: one attempt goes, as the probe. It fails: open. The endpoint is reached: two may go, then four, …
 *   trying → closed: enough answers came, or nothing waits any more.
 *
 * It lives in memory: after a restart of the runtime the first attempts find out again. No clock here; callers pass the time.
 */
export class EndpointCircuit {
  readonly #random: () => number;
  #state: State = { kind: 'closed' };
  #reachedAt = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Nothing holds attempts back. */
  get isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  mayStart(now: number): boolean {
    switch (this.#state.kind) {
      case 'closed':
        return true;
      case 'open':
        return now >= this.#state.nextProbeAt;
      case 'trying':
        return this.#state.trials.size < this.#state.allowance;
    }
  }

  /** Epoch ms when `mayStart` becomes true by itself. */
  get wakeAt(): number | undefined {
    return this.#state.kind === 'open' ? this.#state.nextProbeAt : undefined;
  }

  get unreachable(): Unreachable | undefined {
    const state = this.#state;
    if (state.kind === 'closed') return undefined;
    if (state.kind === 'open') return { ...state.about, nextProbeAt: state.nextProbeAt };
    return state.allowance > 1 ? undefined : { ...state.about, nextProbeAt: undefined };
  }

  /** An attempt was opened; true when it is a trial, whose fate decides how many more may go. */
  started(attempt: object): boolean {
    const state = this.#state;
    if (state.kind === 'closed') return false;
    if (state.kind === 'trying') state.trials.add(attempt);
    else this.#try(state.about, { dueAt: state.nextProbeAt, allowance: 1, trials: new Set([attempt]) });
    return true;
  }

  /** The endpoint answered, or took the connection and kept it. `waiting`: orders that wait for this circuit. */
  reached(attempt: object, now: number, waiting: number): void {
    this.#reachedAt = now;
    const state = this.#state;
    if (state.kind === 'closed') return;
    const [allowance, trials] = state.kind === 'open' ? [2, new Set<object>()] : [state.allowance + 1, state.trials];
    trials.delete(attempt);
    if (allowance > allowanceMax || waiting === 0) this.#state = { kind: 'closed' };
    else this.#try(state.about, { dueAt: now, allowance, trials });
  }

  failed(attempt: object, { failure, openedAt }: FailedReach, now: number): void {
    // What was answered later than this stream was opened says that the endpoint is there.
    if (failure.kind === 'lost' && this.#reachedAt > openedAt) return this.ended(attempt);
    const state = this.#state;
    if (state.kind === 'closed') {
      this.#open({ since: now, failures: 1, lastError: failure.message }, failure, now);
    } else if (state.kind === 'trying' && state.trials.has(attempt)) {
      const since = state.allowance > 1 ? now : state.about.since;
      this.#open({ since, failures: state.about.failures + 1, lastError: failure.message }, failure, now);
    }
    // Else it was under way when the circuit opened, and says nothing new.
  }

  /** An attempt is over without having shown anything. */
  ended(attempt: object): void {
    const state = this.#state;
    if (state.kind !== 'trying' || !state.trials.delete(attempt)) return;
    if (state.allowance === 1) this.#state = { kind: 'open', about: state.about, nextProbeAt: state.dueAt };
  }

  #try(
    about: Trouble,
    rest: { readonly dueAt: number; readonly allowance: number; readonly trials: Set<object> },
  ): void {
    this.#state = { kind: 'trying', about, ...rest };
  }

  #open(about: Trouble, failure: StreamFailure, now: number): void {
    const longestMs = failure.kind === 'lost' ? longestDelayAfterLossMs : longestDelayMs;
    const delayMs = Math.min(firstDelayMs * 2 ** (about.failures - 1), longestMs);
    const nextProbeAt = now + Math.ceil(delayMs * (1 + jitterMax * this.#random()));
    this.#state = { kind: 'open', about, nextProbeAt };
  }
}
