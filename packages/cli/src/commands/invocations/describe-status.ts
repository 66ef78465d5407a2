import { z } from 'zod';
import type { Field } from '../../table.ts';
import { describeUnreachable, unreachableSchema } from '../deployments/describe-unreachable.ts';
import type { Unreachable } from '../deployments/describe-unreachable.ts';

/** What a status says more; each has some of these. */
export interface StatusDetails {
  readonly starts_at?: string | undefined;
  readonly pausing?: boolean | undefined;
  readonly not_attempted_because?: string | undefined;
  readonly unreachable?: Unreachable | undefined;
  readonly retries_at?: string | undefined;
  readonly since?: string | undefined;
  readonly waits_for?: Waits | undefined;
  readonly reason?: string | undefined;
  readonly at?: string | undefined;
  readonly outcome?: string | undefined;
  readonly failure?: { readonly code: number; readonly message: string } | undefined;
  readonly journal_kept?: boolean | undefined;
}

interface Waits {
  readonly completions: readonly number[];
  readonly signals: readonly number[];
  readonly named_signals: readonly string[];
}

export const statusDetailsSchema: z.ZodType<StatusDetails> = z.object({
  starts_at: z.string().optional(),
  pausing: z.boolean().optional(),
  not_attempted_because: z.string().optional(),
  unreachable: unreachableSchema.optional(),
  retries_at: z.string().optional(),
  since: z.string().optional(),
  waits_for: z
    .object({ completions: z.array(z.number()), signals: z.array(z.number()), named_signals: z.array(z.string()) })
    .optional(),
  reason: z.string().optional(),
  at: z.string().optional(),
  outcome: z.string().optional(),
  failure: z.object({ code: z.number(), message: z.string() }).optional(),
  journal_kept: z.boolean().optional(),
});

export function describeStatus(details: StatusDetails): readonly Field[] {
  return [
    ['starts', details.starts_at],
    ['pausing', details.pausing === true ? 'at its next suspension or failure' : undefined],
    ['not attempted', details.not_attempted_because],
    ...describeUnreachable(details.unreachable),
    ['next attempt', details.retries_at],
    ['since', details.since],
    ['because', details.reason],
    ['waits for', details.waits_for === undefined ? undefined : describeWaits(details.waits_for)],
    ['completed', details.at],
    ['outcome', details.outcome],
    ['failure', details.failure === undefined ? undefined : `${details.failure.code} ${details.failure.message}`],
    ['journal kept', details.journal_kept === undefined ? undefined : details.journal_kept ? 'yes' : 'no'],
  ];
}

// The reserved signal with which cancellation arrives; every suspended invocation waits for it.
const cancelSignal = 1;

function describeWaits(waits: Waits): string {
  const signals = waits.signals.filter((id) => id !== cancelSignal);
  const parts = [
    waits.completions.length === 0 ? [] : [`completion ${waits.completions.join(', ')}`],
    signals.length === 0 ? [] : [`signal ${signals.join(', ')}`],
    waits.named_signals.map((name) => `signal "${name}"`),
  ].flat();
  return parts.length === 0 ? 'cancellation' : parts.join('; ');
}
