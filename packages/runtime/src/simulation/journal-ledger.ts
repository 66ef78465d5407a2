/**
 * What endpoints were shown of each journal. A replay is a prefix of every later replay, byte for byte, and results come in the same order in
 * every attempt: code that races on them would otherwise decide differently when it runs again.
 */
import type { Violation } from './effects-ledger.ts';

export class JournalLedger {
  readonly #replays = new Map<string, readonly Uint8Array[]>();
  readonly #consumed = new Map<string, string[]>();
  readonly #violation: Violation;

  constructor(violation: Violation) {
    this.#violation = violation;
  }

  /** `life` is one execution: an id that is forgotten may be accepted again. */
  noteReplay(life: string, frames: readonly Uint8Array[]): void {
    const known = this.#replays.get(life) ?? [];
    for (const [index, frame] of frames.entries()) {
      const before = known[index];
      if (before === undefined || isEqual(before, frame)) continue;
      this.#violation('P6', `entry ${index} of ${life} was shown to an endpoint and is another one now`);
      return;
    }
    if (frames.length > known.length)
      this.#replays.set(
        life,
        frames.map((frame) => frame.slice()),
      );
  }

  /** The handler of an attempt took this result as its `index`-th. */
  noteConsumed(life: string, index: number, result: string): void {
    const consumed = this.#consumed.get(life) ?? [];
    this.#consumed.set(life, consumed);
    const before = consumed[index];
    if (before === undefined) consumed.push(result);
    else if (before !== result)
      this.#violation('P4', `result ${index} of ${life} was ${before} in an earlier attempt and is ${result} now`);
  }
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
