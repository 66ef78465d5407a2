import { z } from 'zod';
import type { DeploymentHold } from '../../partition/port.ts';

/** The endpoint of a deployment could not be reached, and has not been since. */
export interface UnreachableView {
  readonly since: string;
  /** Attempts that could not reach it, one after the other. */
  readonly failures: number;
  /** Absent while a probe is under way. */
  readonly next_probe_at?: string | undefined;
  readonly last_error: string;
  /** Invocations that run next when it is reached, and have not been attempted meanwhile. */
  readonly waiting: number;
}

export const unreachableViewSchema: z.ZodType<UnreachableView> = z
  .object({
    since: z.string(),
    failures: z.int(),
    next_probe_at: z.string().optional().meta({ description: 'Absent while a probe is under way.' }),
    last_error: z.string(),
    waiting: z.int().meta({ description: 'Invocations that wait for it without being attempted.' }),
  })
  .meta({ id: 'Unreachable' });

export function viewUnreachable({ unreachable, waiting }: DeploymentHold): UnreachableView {
  const { since, failures, nextProbeAt, lastError } = unreachable;
  return {
    since: new Date(since).toISOString(),
    failures,
    ...(nextProbeAt === undefined ? {} : { next_probe_at: new Date(nextProbeAt).toISOString() }),
    last_error: lastError,
    waiting,
  };
}
