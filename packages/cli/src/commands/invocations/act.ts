import { z } from 'zod';
import { askAdmin } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { print } from '../../output.ts';
import { reportFailure } from '../../failure.ts';

const answerSchema = z.looseObject({ invocation_id: z.string(), outcome: z.enum(['done', 'requested']) });

export interface Act {
  /** Such as `cancel` or `resume?deployment=latest`. */
  readonly route: string;
  /** Said of an invocation when it is done, and when it will follow. */
  readonly done: string;
  readonly requested: string;
}

/** Acts on each invocation. One that fails does not keep the others from it; the exit code is that of the first failure. */
export async function actOnEach(ids: readonly string[], act: Act, options: CommonOptions): Promise<void> {
  let exitCode = 0;
  for (const id of ids) {
    try {
      const path = `/invocations/${encodeURIComponent(id)}/${act.route}`;
      const answer = await askAdmin(options, { method: 'PATCH', path }, answerSchema);
      if (options.json === true) print.line(JSON.stringify(answer));
      else print.line(`${id} ${answer.outcome === 'done' ? act.done : act.requested}`);
    } catch (error) {
      const code = reportFailure(error, options.json === true);
      exitCode = exitCode === 0 ? code : exitCode;
    }
  }
  if (exitCode !== 0) process.exitCode = exitCode;
}
