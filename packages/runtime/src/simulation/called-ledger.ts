/** P1, P8: a call without a name of its own begins an execution of its own; no other call, in no other life of its caller, finds the same one. */
import type { Command, InvocationId } from '@holdfast/protocol';
import { isNamed } from './audit-call.ts';
import type { Violation } from './effects-ledger.ts';

export class CalledLedger {
  readonly #callers = new Map<string, string>();
  readonly #violation: Violation;

  constructor(violation: Violation) {
    this.#violation = violation;
  }

  /** `command` is a command of this life of the caller, which the callee's id answers. */
  note(
    caller: { readonly id: InvocationId; readonly createdAt: number },
    command: Extract<Command, { kind: 'call' | 'oneWayCall' }>,
    callee: string,
  ): void {
    if (isNamed(command)) return;
    const call = `${caller.id}/${caller.createdAt}/${command.invocationIdCompletionId}`;
    const other = this.#callers.get(callee) ?? call;
    if (other !== call) this.#violation('P8', `${callee} is what ${call} calls, and was called by ${other}`);
    this.#callers.set(callee, call);
  }
}
