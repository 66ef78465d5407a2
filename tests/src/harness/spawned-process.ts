import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { waitUntil } from './wait-until.ts';

export interface SpawnOptions {
  /** What the process is, for error messages. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

// Enough to see why a process failed; a chatty process must not fill the memory of the test.
const outputCharactersMax = 64_000;

const running = new Set<SpawnedProcess>();

// Nothing may outlive the tests, however they end.
process.once('exit', () => {
  for (const one of running) one.signal('SIGKILL');
});

/** A process of its own that a test may kill, freeze and end, always by its pid. */
export class SpawnedProcess {
  readonly pid: number;
  readonly #title: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #output = '';

  private constructor(title: string, child: ChildProcess, pid: number) {
    this.#title = title;
    this.#child = child;
    this.pid = pid;
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-outputCharactersMax);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    running.add(this);
    void this.#exited.then(() => running.delete(this));
  }

  static async start(options: SpawnOptions): Promise<SpawnedProcess> {
    const child = spawn(options.command, [...options.args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
      // Service processes end themselves when this pipe closes, also if the test process was killed.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    if (child.pid === undefined) throw new Error(`${options.title} started without a pid.`);
    return new SpawnedProcess(options.title, child, child.pid);
  }

  /** The end of what the process wrote to its two output streams. */
  get output(): string {
    return this.#output;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal; a process that is gone already is no error. */
  signal(signal: NodeJS.Signals): void {
    if (this.hasExited) return;
    process.kill(this.pid, signal);
  }

  /** Kills the process without any warning to it and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** Waits until `isReady` holds; fails early, with the output, if the process ends before. */
  async waitUntilReady(isReady: () => Promise<boolean> | boolean, timeoutMs = 30_000): Promise<void> {
    const ready = await waitUntil(
      `${this.#title} is ready`,
      async () => (this.hasExited ? 'exited' : await isReady()),
      timeoutMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.#output}`);
    });
    if (ready === 'exited') throw new Error(`${this.#title} ended before it was ready:\n${this.#output}`);
  }
}
