/** What clients were promised, and what they were told: the outside view of a world. */
import type { DeploymentId, InvocationId, Result } from '@holdfast/protocol';
import type { Violation } from './effects-ledger.ts';
import type { Callee } from './program.ts';
import type { Trace } from './trace.ts';

export interface AcceptedWork {
  readonly deployment: DeploymentId;
  readonly callee: Callee;
}

export class ClientBook {
  /** Answered with 202 or better. */
  readonly accepted: Map<InvocationId, AcceptedWork> = new Map();
  /** Ids whose work may be gone without having run: somebody cancelled or killed it. */
  readonly ended: Set<InvocationId> = new Set();
  /** Ids that may have been executed more than once: purged, or their retention passed. */
  readonly repeated: Set<InvocationId> = new Set();
  /** Ids whose only caller was told that nothing was done, and took it for an answer. */
  readonly turnedAway: Set<InvocationId> = new Set();
  /** Ids that somebody moved to another deployment. */
  readonly moved: Set<InvocationId> = new Set();
  /** Results are not retained for long in this world, so everybody may find them gone, and execute again. */
  readonly isForgetful: boolean;
  readonly #results = new Map<InvocationId, string>();
  readonly #violation: Violation;
  readonly #trace: Trace;

  constructor(parts: { readonly violation: Violation; readonly trace: Trace; readonly isForgetful: boolean }) {
    this.#violation = parts.violation;
    this.#trace = parts.trace;
    this.isForgetful = parts.isForgetful;
  }

  noteAccepted(id: InvocationId, work: AcceptedWork): void {
    const before = this.accepted.get(id);
    this.#trace.note(`${id} accepted on ${work.deployment}`);
    if (before !== undefined && before.deployment !== work.deployment && !this.#mayRepeat(id) && !this.moved.has(id))
      this.#violation('P8', `${id} was accepted on ${before.deployment}, and again on ${work.deployment}`);
    this.accepted.set(id, work);
  }

  /** P1, P8: whoever asks, and however often, hears the same. */
  noteResult(id: InvocationId, result: Result): void {
    const text = textOf(result);
    const before = this.#results.get(id);
    this.#trace.note(`${id} answered ${text.slice(0, 80)}`);
    if (before !== undefined && before !== text && !this.#mayRepeat(id))
      this.#violation('P8', `the result of ${id} changed from ${before} to ${text}`);
    this.#results.set(id, text);
  }

  noteGone(id: InvocationId): void {
    if (!this.#mayRepeat(id)) this.#violation('P1', `${id} was accepted and is not there any more`);
  }

  #mayRepeat(id: InvocationId): boolean {
    // Cancelled before it started it leaves nothing behind, so that the next request is a first one.
    return this.isForgetful || this.repeated.has(id) || this.ended.has(id);
  }
}

function textOf(result: Result): string {
  return result.kind === 'success'
    ? new TextDecoder().decode(result.value)
    : `!${result.failure.code} ${result.failure.message}`;
}
