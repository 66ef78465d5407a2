import type { Command } from '@holdfast/protocol/wire';
import { tieCommand } from './claim-command.ts';
import { idsTaken, type Intent } from './intent.ts';
import type { LeafTable } from './leaf-table.ts';
import { numberIntent } from './number-intent.ts';
import type { Slot } from './slot.ts';
import type { StateView } from './state-view.ts';

export interface StartPort {
  readonly leaves: LeafTable;
  readonly state: StateView;
  readonly nextCompletionId: number;
}

/** Makes a new command of what was issued: gives it its numbers and answers it from the state where that is at hand. */
export function startCommand(slot: Slot, port: StartPort): { readonly command: Command; readonly idsUsed: number } {
  const { state, nextCompletionId: first } = port;
  const command = toCommand(slot.intent, state, first);
  const idsUsed = idsTaken[command.kind];
  tieCommand(slot, command, port);
  return { command, idsUsed };
}

function toCommand(intent: Intent, state: StateView, completionId: number): Command {
  if (intent.kind === 'getState') return readState(intent, state, completionId);
  if (intent.kind === 'getStateKeys') {
    const keys = state.listKeys();
    return keys === undefined
      ? { kind: 'getLazyStateKeys', name: intent.name, completionId }
      : { kind: 'getEagerStateKeys', name: intent.name, keys };
  }
  return numberIntent(intent, [completionId, completionId + 1]);
}

function readState(
  { name, key }: Extract<Intent, { readonly kind: 'getState' }>,
  state: StateView,
  completionId: number,
): Command {
  const found = state.find(key);
  if (found.kind === 'unknown') return { kind: 'getLazyState', name, key, completionId };
  return { kind: 'getEagerState', name, key, ...(found.kind === 'value' ? { value: found.value } : {}) };
}
