import type { Side } from '../sides/side.ts';
import type { Measurement } from './measurement.ts';
import type { Result } from './result.ts';

/** A whole run of the bench. */
export interface Report {
  /** When it began, ISO 8601. */
  readonly startedAt: string;
  /** Machine, versions and options, a sentence each. */
  readonly setting: readonly string[];
  readonly sides: readonly Side[];
  readonly results: readonly Result[];
  /** What the results were made from. */
  readonly measurements: readonly Measurement[];
}
