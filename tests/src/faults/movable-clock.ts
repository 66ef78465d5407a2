import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The wall clock of a process under test, which a test may set while the process runs. */
export class MovableClock {
  readonly #path: string;
  readonly #file: number;

  /** `folder` takes the file that the process reads. */
  constructor(folder: string) {
    this.#path = join(folder, 'clock');
    this.#file = openSync(this.#path, 'w');
    this.set(0);
  }

  /** How far the wall clock is ahead of the real one from now on, ms; negative is behind. */
  set(aheadMs: number): void {
    // One write of always the same length, so that no reader sees half of it.
    writeSync(this.#file, `${Math.trunc(aheadMs)}`.padStart(20), 0);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** What the process is started with. */
  get env(): Record<string, string> {
    const preload = pathToFileURL(join(import.meta.dirname, 'move-clock-program.ts')).href;
    return { HOLDFAST_TEST_CLOCK: this.#path, NODE_OPTIONS: `--import=${preload}` };
  }
}
