import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePorts, startLocalProcess } from '@holdfast/testing';
import type { LocalProcess } from '@holdfast/testing';
import { z } from 'zod';
import { monotonicMs } from '../measure/monotonic-ms.ts';
import type { Side, SidePlace } from './side.ts';

const healthyWithinMs = 30_000;
const askWithinMs = 60_000;
const pollMs = 3;
const stopWithinMs = 15_000;

const rowsSchema = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

/** A server of one side as a process, on a data folder of its own that goes with it. */
export class RunningServer implements AsyncDisposable {
  readonly side: Side;
  readonly #place: SidePlace;
  #process: LocalProcess;
  #healthyAfterMs: number;

  private constructor(side: Side, place: SidePlace, started: { process: LocalProcess; healthyAfterMs: number }) {
    this.side = side;
    this.#place = place;
    this.#process = started.process;
    this.#healthyAfterMs = started.healthyAfterMs;
  }

  static async start(side: Side, folder: string): Promise<RunningServer> {
    const [ingressPort = 0, adminPort = 0, internalPort = 0] = await findFreePorts(3);
    const place = { folder, ingressPort, adminPort, internalPort };
    return new RunningServer(side, place, await startHealthy(side, place));
  }

  get pid(): number {
    return this.#process.pid;
  }

  get ingressPort(): number {
    return this.#place.ingressPort;
  }

  /** From the start of the process until both ports answered that they are healthy, at the latest start. */
  get healthyAfterMs(): number {
    return this.#healthyAfterMs;
  }

  async register(servicePort: number): Promise<void> {
    await this.#askAdmin('/deployments', { uri: `http://127.0.0.1:${servicePort}` });
  }

  /** Number of invocations that match a condition on columns of `sys_invocation`. */
  async countInvocations(condition: string): Promise<number> {
    const query = `select count(*) as matching from sys_invocation where ${condition}`;
    const { rows } = rowsSchema.parse(JSON.parse(await this.#askAdmin('/query', { query })));
    return z.number().parse(rows[0]?.['matching']);
  }

  kill(): Promise<void> {
    return this.#process.kill('SIGKILL');
  }

  /** Starts the process again, on the same data and ports, after `kill()`. */
  async startAgain(): Promise<void> {
    const started = await startHealthy(this.side, this.#place);
    this.#process = started.process;
    this.#healthyAfterMs = started.healthyAfterMs;
  }

  /** Ends the process in its own way, so that it can write what it still has to (a profile, for one). */
  async stop(): Promise<void> {
    const late = setTimeout(() => void this.#process.kill('SIGKILL'), stopWithinMs);
    await this.#process.kill('SIGTERM');
    clearTimeout(late);
  }

  lastLines(): string {
    return this.#process.lastLines();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#place.folder, { recursive: true, force: true });
  }

  async #askAdmin(path: string, question: unknown): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.#place.adminPort}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(askWithinMs),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${this.side.title} answered ${response.status} to ${path}: ${text}`);
    return text;
  }
}

async function startHealthy(
  side: Side,
  place: SidePlace,
): Promise<{ readonly process: LocalProcess; readonly healthyAfterMs: number }> {
  const startedAtMs = monotonicMs();
  const started = await startLocalProcess({ name: side.title, ...side.command(place) });
  const urls = [`http://127.0.0.1:${place.adminPort}/health`, `http://127.0.0.1:${place.ingressPort}/restate/health`];
  for (const url of urls) {
    while (!(await answersOk(url))) {
      if (monotonicMs() - startedAtMs > healthyWithinMs) {
        await started.kill('SIGKILL');
        throw new Error(
          `${side.title} was not healthy after ${healthyWithinMs} ms. It printed:\n${started.lastLines()}`,
        );
      }
      await pause(pollMs);
    }
  }
  return { process: started, healthyAfterMs: monotonicMs() - startedAtMs };
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not listening yet.
    return false;
  }
}
