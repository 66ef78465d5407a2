/** A durable timer. A wake-up time in the past fires at once. */
import { boundTime } from '../latest-time.ts';
import { appendNotification } from '../rules/append-notification.ts';
import { allow } from './entry-context.ts';
import type { EntryRule } from './entry-context.ts';

export const sleep: EntryRule<'sleep'> = {
  check: allow,
  apply: (tx, env, record, command) => {
    const id = command.completionId;
    const fireAt = boundTime(command.wakeUpAt + env.lead);
    if (fireAt <= env.now) {
      appendNotification(tx, env, record.id, {
        kind: 'notification',
        of: 'sleep',
        id: { kind: 'completion', id },
        result: { kind: 'void' },
      });
      return;
    }
    tx.put({
      table: 'timer',
      record: {
        fireAt,
        invocation: record.id,
        purpose: { kind: 'sleep', completionId: id, createdAt: record.createdAt },
      },
    });
    tx.emit({ kind: 'armTimer', fireAt });
  },
};
