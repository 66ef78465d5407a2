import type { Command } from '@holdfast/protocol/wire';
import type { RecordedCommand } from './journal.ts';
import type { LeafTable } from './leaf-table.ts';
import type { Slot } from './slot.ts';
import type { StateView } from './state-view.ts';

interface TiePort {
  readonly leaves: LeafTable;
  readonly state: StateView;
}

/** Ties what was issued to its record. A replayed read never looks at the state. */
export function claimCommand(slot: Slot, recorded: RecordedCommand, port: TiePort): void {
  slot.commandIndex = recorded.index;
  tieCommand(slot, recorded.command, port);
}

/** Ties what was issued to its command, recorded or new: the numbers, and what the command itself answers. */
export function tieCommand(slot: Slot, command: Command, { leaves, state }: TiePort): void {
  if ('completionId' in command) {
    slot.completionId = command.completionId;
    leaves.bind(slot.result, command.completionId);
  }
  if ('invocationIdCompletionId' in command) leaves.bind(slot.invocationId, command.invocationIdCompletionId);
  answerEagerRead(slot, command, leaves);
  writeState(command, state);
}

function answerEagerRead(slot: Slot, command: Command, leaves: LeafTable): void {
  if (command.kind === 'getEagerState') {
    const { value } = command;
    leaves.settleLeaf(slot.result, value === undefined ? { kind: 'void' } : { kind: 'success', value });
  } else if (command.kind === 'getEagerStateKeys') {
    leaves.settleLeaf(slot.result, { kind: 'stateKeys', keys: command.keys });
  }
}

function writeState(command: Command, state: StateView): void {
  if (command.kind === 'setState') state.set(command.key, command.value);
  else if (command.kind === 'clearState') state.clear(command.key);
  else if (command.kind === 'clearAllState') state.clearAll();
}
