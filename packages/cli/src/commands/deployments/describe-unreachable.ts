import { z } from 'zod';
import type { Field } from '../../table.ts';

/** The endpoint of a deployment could not be reached, and has not been since. */
export interface Unreachable {
  readonly since: string;
  readonly failures: number;
  /** Absent while a probe is under way. */
  readonly next_probe_at?: string | undefined;
  readonly last_error: string;
  readonly waiting: number;
}

export const unreachableSchema: z.ZodType<Unreachable> = z.object({
  since: z.string(),
  failures: z.number(),
  next_probe_at: z.string().optional(),
  last_error: z.string(),
  waiting: z.number(),
});

/** A deployment that cannot be reached is stranded when it holds work; `holdsWork` is what is known beside those that wait. */
export function describeState(
  one: { readonly state: string; readonly unreachable?: Unreachable | undefined },
  holdsWork = false,
): string {
  if (one.unreachable === undefined) return one.state;
  return `${one.state}, ${holdsWork || one.unreachable.waiting > 0 ? 'stranded' : 'unreachable'}`;
}

export function describeUnreachable(one: Unreachable | undefined): readonly Field[] {
  if (one === undefined) return [];
  return [
    ['unreachable', `since ${one.since}, ${one.failures} failed`],
    ['last error', one.last_error],
    ['next probe', one.next_probe_at ?? 'under way'],
    ['waiting', `${one.waiting} not attempted meanwhile`],
  ];
}
