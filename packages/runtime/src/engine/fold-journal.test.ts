import type { Command, Notification } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { bytesOf, EngineScene } from './engine-scene.ts';
import { CANCEL_SIGNAL, EMPTY_JOURNAL, completionsOf, foldEntry } from './fold-journal.ts';
import type { InvocationRecord } from './record.ts';

function fold(...entries: readonly (Command | Notification)[]): InvocationRecord {
  const scene = new EngineScene();
  const empty = { ...scene.get(scene.invoke()), journal: EMPTY_JOURNAL };
  return entries.reduce((record, entry) => foldEntry(record, entry, 7), empty);
}

const run: Command = { kind: 'run', name: 'step', completionId: 1 };
const ran: Notification = {
  kind: 'notification',
  of: 'run',
  id: { kind: 'completion', id: 1 },
  result: { kind: 'void' },
};

function signal(id: Notification['id']): Notification {
  return { kind: 'notification', of: 'signal', id, result: { kind: 'void' } };
}

test('a command opens its completions, a notification closes them', () => {
  expect(fold(run).journal).toMatchObject({
    length: 1,
    commands: 1,
    lastCompletionId: 1,
    open: { 1: 'run' },
    notified: [],
  });
  expect(fold(run, ran).journal).toMatchObject({ length: 2, commands: 1, open: {}, notified: [[1, 1]] });
});

test('a call opens two: the id of its callee, and its result', () => {
  const call: Command = {
    kind: 'call',
    name: '',
    service: 'Greeter',
    handler: 'greet',
    key: '',
    parameter: bytesOf(''),
    headers: [],
    invocationIdCompletionId: 4,
    completionId: 5,
  };

  expect(completionsOf(call)).toEqual([
    [4, 'callInvocationId'],
    [5, 'call'],
  ]);
  expect(fold(call).journal).toMatchObject({ lastCompletionId: 5, open: { 4: 'callInvocationId', 5: 'call' } });
});

test('every callee counts as a child, so that kill knows whether to look for them', () => {
  const callee: Notification = {
    kind: 'notification',
    of: 'callInvocationId',
    id: { kind: 'completion', id: 4 },
    result: { kind: 'invocationId', invocationId: 'inv_1' },
  };

  expect(fold(callee).journal.children).toBe(1);
});

test('signals are known by number or by name', () => {
  const { journal } = fold(signal({ kind: 'signal', id: 17 }), signal({ kind: 'namedSignal', name: 'approved' }));

  expect(journal).toMatchObject({ signals: [[17, 17]], namedSignals: ['approved'], cancelledAt: -1 });
});

test('of cancellations only the place of the latest is kept, because each one counts', () => {
  const { journal } = fold(
    signal({ kind: 'signal', id: CANCEL_SIGNAL }),
    run,
    signal({ kind: 'signal', id: CANCEL_SIGNAL }),
  );

  expect(journal).toMatchObject({ cancelledAt: 2, signals: [] });
});

test('a stored command is progress: the counters that Start reports begin again, a notification leaves them', () => {
  const tired = { ...fold(), retry: { sinceLastCommand: 3, since: 1, budgetUsed: 2 } };

  expect(foldEntry(tired, run, 9).retry).toEqual({ sinceLastCommand: 0, since: 9, budgetUsed: 2 });
  expect(foldEntry(tired, ran, 9).retry).toEqual(tired.retry);
});

test('the last output is remembered by its place', () => {
  const output: Command = { kind: 'output', name: '', result: { kind: 'success', value: bytesOf('1') } };

  expect(fold(run, output).journal.outputAt).toBe(1);
});
