import type { Notification } from '@holdfast/protocol/wire';
import type { QueuedNotification } from './journal.ts';

/** Notifications in journal order. They leave one at a time, so that races are decided as they were decided before. */
export class NotificationQueue {
  #items: QueuedNotification[];
  #head = 0;

  constructor(recorded: readonly QueuedNotification[]) {
    this.#items = [...recorded];
  }

  push(notification: Notification): void {
    this.#items.push({ notification, commandsBefore: 0 });
  }

  get first(): QueuedNotification | undefined {
    return this.#items[this.#head];
  }

  removeFirst(): void {
    this.#head += 1;
    // Amortised: what was delivered is dropped when it is most of the array.
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  /** A completion that has arrived and was not delivered yet. */
  findCompletion(completionId: number): Notification | undefined {
    for (let index = this.#head; index < this.#items.length; index += 1) {
      const { id } = this.#items[index]?.notification ?? {};
      if (id?.kind === 'completion' && id.id === completionId) return this.#items[index]?.notification;
    }
    return undefined;
  }
}
