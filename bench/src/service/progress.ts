import { monotonicMs } from '../measure/monotonic-ms.ts';

/** How far the handlers of this process have come, as the bench sees it from outside the server. */
export interface ProgressReport {
  /** Handlers that reached the place where they wait. */
  readonly entered: number;
  readonly completed: number;
  /** When the first and the last completed, on the machine's monotonic clock; 0 before that. */
  readonly firstCompletedAtMs: number;
  readonly lastCompletedAtMs: number;
  readonly awakeables: readonly string[];
}

/**
 * Counts distinct invocations, not executions: handlers run again after a suspension or a crash.
 *
 * It is kept outside the journal on purpose: a step for it would change what is measured.
 */
export class Progress {
  readonly #entered = new Set<string>();
  readonly #completed = new Set<string>();
  readonly #awakeables = new Set<string>();
  #firstCompletedAtMs = 0;
  #lastCompletedAtMs = 0;

  enter(invocation: string): void {
    this.#entered.add(invocation);
  }

  awaitOutside(awakeable: string): void {
    this.#awakeables.add(awakeable);
  }

  complete(invocation: string): void {
    if (this.#completed.has(invocation)) return;
    this.#completed.add(invocation);
    this.#lastCompletedAtMs = monotonicMs();
    if (this.#completed.size === 1) this.#firstCompletedAtMs = this.#lastCompletedAtMs;
  }

  report(): ProgressReport {
    return {
      entered: this.#entered.size,
      completed: this.#completed.size,
      firstCompletedAtMs: this.#firstCompletedAtMs,
      lastCompletedAtMs: this.#lastCompletedAtMs,
      awakeables: [...this.#awakeables],
    };
  }
}
