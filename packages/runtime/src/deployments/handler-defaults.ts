import type { RetryPolicy } from '../engine/registry.ts';

/** What holds where neither the handler nor its service says otherwise. */
export interface HandlerDefaults {
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  readonly journalRetentionMs: number;
  readonly idempotencyRetentionMs: number;
  readonly workflowRetentionMs: number;
  readonly retryPolicy: RetryPolicy;
}

const day = 24 * 3_600_000;

/** Those of the Restate server (protocol section 12.1), so that a service behaves the same on both. */
export const handlerDefaults: HandlerDefaults = {
  inactivityTimeoutMs: 60_000,
  abortTimeoutMs: 600_000,
  journalRetentionMs: day,
  idempotencyRetentionMs: day,
  workflowRetentionMs: day,
  retryPolicy: { initialIntervalMs: 500, factor: 2, maxIntervalMs: 60_000, attemptsMax: 70, onMaxAttempts: 'pause' },
};
