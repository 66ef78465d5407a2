import { setTimeout as pause } from 'node:timers/promises';
import { monotonicMs } from '../measure/monotonic-ms.ts';
import { takeUsageSample, usageBetween } from '../measure/usage-window.ts';
import { percentile } from '../report/percentile.ts';
import { HttpConnection } from './http-connection.ts';
import type { RequestOutcome } from './http-connection.ts';
import type { ClosedLoop, ClosedLoopResult } from './load-question.ts';
import { requestBytes } from './request-bytes.ts';

// A window shorter than a few operations of each connection says little; a server that is slower than this says enough.
const roundsMin = 2;
const stretchMs = 40_000;
const drainMs = 60_000;
const checkMs = 10;

/**
 * Runs the loop: warms up, measures a window, and lets what is under way finish.
 *
 * The warm-up lasts until every connection has had answers, and the window until there are some operations of each, within bounds.
 */
export async function runClosedLoop(loop: ClosedLoop): Promise<ClosedLoopResult> {
  const run = new LoopRun(loop);
  try {
    await run.start();
    await run.waitFor(loop.warmUpMs, loop.connections);
    run.latencies.length = 0;
    const before = takeUsageSample(loop.processes);
    await run.waitFor(loop.windowMs, roundsMin * loop.connections);
    const after = takeUsageSample(loop.processes);
    const latencies = Float64Array.from(run.latencies).toSorted();
    await run.finish();
    return {
      operations: latencies.length,
      operationsInAll: run.operations,
      latencyMs: { p50: percentile(latencies, 50), p99: percentile(latencies, 99), max: latencies.at(-1) ?? 0 },
      startedAtMs: before.atMs,
      endedAtMs: after.atMs,
      usage: usageBetween(before, after),
    };
  } finally {
    run.close();
  }
}

class LoopRun {
  readonly latencies: number[] = [];
  operations = 0;
  readonly #loop: ClosedLoop;
  readonly #request: Buffer;
  #connections: HttpConnection[] = [];
  #underWay = 0;
  #goesOn = true;
  #failure: string | undefined;

  constructor(loop: ClosedLoop) {
    this.#loop = loop;
    this.#request = requestBytes(loop.port, loop.path, loop.body);
  }

  async start(): Promise<void> {
    this.#connections = await Promise.all(
      Array.from({ length: this.#loop.connections }, () => HttpConnection.open(this.#loop.port)),
    );
    for (const connection of this.#connections) this.#next(connection);
  }

  /** Waits for the time and for the number of operations; for the latter not without end. */
  async waitFor(ms: number, operations: number): Promise<void> {
    const start = monotonicMs();
    while (monotonicMs() - start < ms || (this.latencies.length < operations && monotonicMs() - start < stretchMs)) {
      await pause(checkMs);
      if (this.#failure !== undefined) throw new Error(this.#failure);
    }
  }

  async finish(): Promise<void> {
    this.#goesOn = false;
    const start = monotonicMs();
    while (this.#underWay > 0) {
      if (monotonicMs() - start > drainMs)
        throw new Error(`${this.#underWay} operations did not end in ${drainMs} ms.`);
      await pause(checkMs);
    }
    if (this.#failure !== undefined) throw new Error(this.#failure);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #next(connection: HttpConnection): void {
    const startedAt = performance.now();
    this.#underWay++;
    connection.send(this.#request, (outcome) => {
      this.#underWay--;
      this.operations++;
      this.#failure ??= failureOf(outcome, this.#loop.path);
      this.latencies.push(performance.now() - startedAt);
      if (this.#goesOn && this.#failure === undefined) this.#next(connection);
    });
  }
}

/** Why this outcome is none that a bench may count; undefined if it is one. */
export function failureOf(outcome: RequestOutcome, path: string): string | undefined {
  if (outcome.kind === 'lost') return `POST ${path} got no answer: ${outcome.reason}`;
  const { status, body } = outcome.answer;
  return status >= 200 && status < 300 ? undefined : `POST ${path} was answered ${status}: ${body.toString()}`;
}
