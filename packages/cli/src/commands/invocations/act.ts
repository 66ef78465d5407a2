import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import type { ActOptions } from '../../common-options.ts';
import { onEach } from '../../on-each.ts';
import type { Terminal } from '../../terminal.ts';
import { sentence } from '../../visible.ts';

const answer = z.object({ invocation_id: z.string(), outcome: z.enum(['done', 'requested']) });

export interface Act {
  /** Such as `cancel` or `resume?deployment=latest`. */
  readonly route: string;
  /** Said of an invocation when it is done, and when it will follow. */
  readonly done: string;
  readonly requested: string;
}

/** Acts on each invocation; with `--json` there is a line for each. */
export function actOnEach(terminal: Terminal, ids: readonly string[], act: Act, options: ActOptions): Promise<void> {
  return onEach(terminal, ids, options, async (id) => {
    const path = `/invocations/${encodeURIComponent(id)}/${act.route}`;
    const acted = await askAdmin(terminal, options, { method: 'PATCH', path, answer });
    printAnswer(terminal, options, acted, (value) => sentence`${value.invocation_id} ${act[value.outcome]}`);
  });
}
