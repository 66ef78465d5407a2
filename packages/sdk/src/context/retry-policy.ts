import { type Duration, durationMs } from './duration.ts';

/** How often and how fast a failing step is executed again. Without any of these the policy of the invocation decides. */
export interface StepRetryOptions {
  /** Executions in all; then the step fails for good. */
  readonly maxRetryAttempts?: number;
  /** Since the first failure; then the step fails for good. */
  readonly maxRetryDuration?: Duration;
  /** 50 ms when left out. */
  readonly initialRetryInterval?: Duration;
  /** 10 s when left out. */
  readonly maxRetryInterval?: Duration;
  /** 2 when left out. */
  readonly retryIntervalFactor?: number;
}

export type RetryDecision =
  /** The runtime's policy decides. */
  { readonly kind: 'default' } | { readonly kind: 'retry'; readonly delayMs: number } | { readonly kind: 'exhausted' };

const defaultInitialMs = 50;
const defaultMaxIntervalMs = 10_000;
const defaultFactor = 2;

/** `failures` counts this one; `elapsedMs` runs since the step was first tried. */
export function decideRetry(
  options: StepRetryOptions,
  state: { readonly failures: number; readonly elapsedMs: number },
): RetryDecision {
  const { maxRetryAttempts, maxRetryDuration, initialRetryInterval, maxRetryInterval, retryIntervalFactor } = options;
  const settings = [maxRetryAttempts, maxRetryDuration, initialRetryInterval, maxRetryInterval, retryIntervalFactor];
  if (settings.every((setting) => setting === undefined)) return { kind: 'default' };
  if (maxRetryAttempts !== undefined && state.failures >= maxRetryAttempts) return { kind: 'exhausted' };
  if (maxRetryDuration !== undefined && state.elapsedMs >= durationMs(maxRetryDuration)) return { kind: 'exhausted' };
  const initialMs = durationMs(initialRetryInterval ?? defaultInitialMs);
  const maxMs = durationMs(maxRetryInterval ?? defaultMaxIntervalMs);
  const delayMs = initialMs * (retryIntervalFactor ?? defaultFactor) ** (state.failures - 1);
  return { kind: 'retry', delayMs: Math.min(maxMs, Math.ceil(delayMs)) };
}
