import type { MeasuredProcesses, UsageWindow } from '../measure/usage-window.ts';

/** The same request over and over, each connection sending the next when its answer has come. */
export interface ClosedLoop {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly processes: MeasuredProcesses;
}

export interface ClosedLoopResult {
  /** Ended in the window. */
  readonly operations: number;
  /** Ended at all: also those of the warm-up and those that were under way at the end of the window. */
  readonly operationsInAll: number;
  /** Of the operations of the window, in milliseconds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Times of the window on the machine's monotonic clock. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly usage: UsageWindow;
}

/** Each request once, as fast as the connections take them. */
export interface Burst {
  readonly port: number;
  readonly connections: number;
  readonly requests: readonly { readonly path: string; readonly body: string }[];
}

export interface BurstResult {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** What the load process can be asked. A request that fails makes the whole question fail: a bench of errors measures nothing. */
export interface LoadQuestions {
  readonly closedLoop: { readonly question: ClosedLoop; readonly answer: ClosedLoopResult };
  readonly burst: { readonly question: Burst; readonly answer: BurstResult };
}
