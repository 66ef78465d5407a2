/** Names one attempt, in everything that is said to it or by it. */
import type { InvocationId } from '@holdfast/protocol';

export interface AttemptName {
  readonly invocation: InvocationId;
  /** Of the invocation: an id that was forgotten may live again, and its epochs count from 1 in each life. */
  readonly createdAt: number;
  readonly epoch: number;
}

export function isSameAttempt(one: AttemptName, other: AttemptName): boolean {
  return one.invocation === other.invocation && one.createdAt === other.createdAt && one.epoch === other.epoch;
}
