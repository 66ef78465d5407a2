import type { TargetName } from './target-command.ts';

/** A place where Holdfast differs from Restate on purpose. `docs/differences-from-restate.md` has one row for each. */
export interface Difference {
  /** What the row is about. */
  readonly subject: string;
  readonly restate: string;
  readonly holdfast: string;
  readonly why: string;
}

export const differences = {
  'paused-shows-last-failure': {
    subject: 'Last failure of a paused invocation',
    restate: 'is only in `sys_journal_events`; `sys_invocation.last_failure` is null',
    holdfast: 'stays in `sys_invocation.last_failure`',
    why: 'Whoever looks at a paused invocation wants to know why it is paused.',
  },
} as const satisfies Record<string, Difference>;

export type DifferenceId = keyof typeof differences;

export type Outcomes<T> = Readonly<Record<TargetName, T>>;

export function expectedOn<T>(target: TargetName, id: DifferenceId, outcomes: Outcomes<T>): T {
  if (!(id in differences)) throw new Error(`"${id}" is not a listed difference.`);
  return outcomes[target];
}
