import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { waitUntil } from './wait-until.ts';

/** One thing that user code did, as it was written by the process that did it. */
export interface TraceEvent {
  readonly event: string;
  readonly detail?: unknown;
  readonly pid: number;
}

const traceVariable = 'HOLDFAST_TEST_TRACE';

/**
 * Called by services: notes that user code ran.
 *
 * This is the outside view of what was executed, and how often; it is deliberately not durable execution but a line in a
 * file, written before the call returns, so that it survives the SIGKILL of its writer.
 */
export function trace(event: string, detail?: unknown): void {
  const file = process.env[traceVariable];
  if (file === undefined) throw new Error(`${traceVariable} is not set; services are started by startServices().`);
  appendFileSync(file, `${JSON.stringify({ event, detail, pid: process.pid } satisfies TraceEvent)}\n`);
}

/** The reading side, used by tests. */
export class TraceFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get env(): Record<string, string> {
    return { [traceVariable]: this.path };
  }

  /** All events of that name, in the order in which they were written. */
  events(event: string): TraceEvent[] {
    if (!existsSync(this.path)) return [];
    const lines = readFileSync(this.path, 'utf8').split('\n');
    // What is behind the last newline is a line that is being written.
    const all = lines.slice(0, -1).map((line) => JSON.parse(line) as TraceEvent); // written by trace() above
    return all.filter((one) => one.event === event);
  }

  count(event: string): number {
    return this.events(event).length;
  }

  details(event: string): unknown[] {
    return this.events(event).map((one) => one.detail);
  }

  /** Waits until user code did `event` at least `times` times. */
  async waitFor(event: string, times = 1): Promise<TraceEvent[]> {
    return waitUntil(`user code did "${event}" ${times} time(s)`, () => {
      const events = this.events(event);
      return events.length >= times ? events : undefined;
    });
  }

  /** Waits until user code did `event` and returns the detail that it noted the first time, e.g. an id. */
  async waitForDetail(event: string): Promise<unknown> {
    const [first] = await this.waitFor(event);
    return first?.detail;
  }
}
