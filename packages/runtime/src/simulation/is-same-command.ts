import type { Command } from '@holdfast/protocol';

/** Lazy and eager reads match each other; of the rest, kind, name, completion ids and targets must be the same. */
export function isSameCommand(recorded: Command, issued: Command): boolean {
  if (isRead(recorded) && isRead(issued)) return true;
  if (isNamesRead(recorded) && isNamesRead(issued)) return true;
  return recorded.kind === issued.kind && identityOf(recorded) === identityOf(issued);
}

function isRead(command: Command): boolean {
  return command.kind === 'getLazyState' || command.kind === 'getEagerState';
}

function isNamesRead(command: Command): boolean {
  return command.kind === 'getLazyStateKeys' || command.kind === 'getEagerStateKeys';
}

/** Everything that code decides; times are drawn anew by each attempt and taken from the record. */
function identityOf(command: Command): string {
  const { wakeUpAt: _at, invokeAt: _since, ...rest } = { wakeUpAt: 0, invokeAt: 0, ...command };
  return JSON.stringify(rest, (_key, value: unknown) => (value instanceof Uint8Array ? [...value].join() : value), 0);
}
