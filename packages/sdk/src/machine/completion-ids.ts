import type { Command } from '@holdfast/protocol/wire';

/** The completion ids that stand in a command, in the order in which they were allocated. An eager read took one and does not show it. */
export function commandCompletionIds(command: Command): readonly number[] {
  switch (command.kind) {
    case 'call':
      return [command.invocationIdCompletionId, command.completionId];
    case 'oneWayCall':
      return [command.invocationIdCompletionId];
    default:
      return 'completionId' in command ? [command.completionId] : [];
  }
}
