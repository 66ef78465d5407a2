/** The recorded journal of one attempt, as an SDK keeps it: commands to compare with, notifications to consume one at a time. */
import type { Command, Notification } from '@holdfast/protocol';

export class ReplayJournal {
  readonly #commands: Command[];
  readonly #notifications: Notification[];
  /** Completion ids whose result the replay already holds. */
  readonly completed: ReadonlySet<number>;
  #next = 0;

  constructor(entries: readonly (Command | Notification)[]) {
    this.#commands = entries.filter((entry) => entry.kind !== 'notification');
    this.#notifications = entries.filter((entry) => entry.kind === 'notification');
    this.completed = new Set(this.#notifications.flatMap((one) => (one.id.kind === 'completion' ? [one.id.id] : [])));
  }

  /** The command that user code must issue next, or `undefined` when all are matched. */
  takeCommand(): Command | undefined {
    return this.#commands[this.#next++];
  }

  get isReplaying(): boolean {
    return this.#next < this.#commands.length;
  }

  push(notification: Notification): void {
    this.#notifications.push(notification);
  }

  takeNotification(): Notification | undefined {
    return this.#notifications.shift();
  }
}
