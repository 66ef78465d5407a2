/**
 * Attempts of which a message was turned away. They send without waiting for answers, so more of theirs may be on its way; nothing behind
 * the hole may reach the journal, which would then tell a story that no code can replay. The failure that the attempt reports ends this.
 */
import type { AttemptName } from '../engine/attempt-name.ts';
import type { EngineCommand } from '../engine/command.ts';

export class CutAttempts {
  readonly #cut = new Set<string>();

  /** This command was not taken. */
  note(command: EngineCommand): void {
    if (command.kind === 'advanceAttempt') this.#cut.add(nameOf(command));
  }

  refuses(command: EngineCommand): boolean {
    return command.kind === 'advanceAttempt' && this.#cut.size > 0 && this.#cut.has(nameOf(command));
  }

  /** This command was decided: after a failure the epoch is over, and the engine itself drops what is left of it. */
  forget(command: EngineCommand): void {
    if (command.kind === 'failAttempt') this.#cut.delete(nameOf(command));
  }
}

function nameOf({ invocation, createdAt, epoch }: AttemptName): string {
  return `${invocation}/${createdAt}/${epoch}`;
}
