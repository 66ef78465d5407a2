import type { InvocationRecord } from '../engine/record.ts';

/** Whether an invocation keeps its deployment from being removed: unfinished work, and workflow runs while they are retained. */
export function blocksRemoval(record: InvocationRecord): boolean {
  return record.state.status !== 'completed' || record.target.handlerKind === 'run';
}
