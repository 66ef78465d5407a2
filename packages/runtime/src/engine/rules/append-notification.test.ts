import { expect, test } from 'vitest';
import { command, EngineScene, success, suspendsOn } from '../engine-scene.ts';
import type { PartitionMessage } from '../record.ts';

function deliver(scene: EngineScene, message: PartitionMessage): void {
  const through = scene.all('inbound')[0]?.sequence ?? 0;
  scene.apply({ kind: 'receiveMessage', source: 1, sequence: through + 1, message });
}

test('the first result under an id stays: another one is dropped', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  for (const result of ['first', 'second'])
    scene.apply({ kind: 'deliverSignal', invocation: id, signal: { kind: 'signal', id: 17 }, result: success(result) });

  expect(scene.get(id).journal).toMatchObject({ length: 2, signals: [[17, 17]] });
});

test('a result that no command waits for is dropped, also one of the wrong kind', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.advance(id, [command({ kind: 'run', name: 'step', completionId: 1 })]);
  const before = scene.journalOf(id);

  deliver(scene, {
    kind: 'complete',
    sink: { invocation: id, createdAt: scene.now, completionId: 1, notification: 'call' },
    result: success('no'),
  });
  deliver(scene, {
    kind: 'complete',
    sink: { invocation: id, createdAt: scene.now, completionId: 9, notification: 'call' },
    result: success('no'),
  });

  expect(scene.journalOf(id)).toEqual(before);
});

test('an open attempt is told, with the place of the entry', () => {
  const scene = new EngineScene();
  const id = scene.invoke();

  scene.apply({
    kind: 'deliverSignal',
    invocation: id,
    signal: { kind: 'namedSignal', name: 'ok' },
    result: { kind: 'void' },
  });

  expect(scene.effects).toEqual([
    { kind: 'notify', invocation: id, createdAt: scene.now, epoch: 1, index: 1, frame: scene.journalOf(id)[1] },
  ]);
});

test('a suspended invocation wakes for what it awaits, and records the rest for later', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.advance(id, [suspendsOn({ namedSignals: ['approved'] })]);
  const signal = (name: string): void =>
    void scene.apply({
      kind: 'deliverSignal',
      invocation: id,
      signal: { kind: 'namedSignal', name },
      result: { kind: 'void' },
    });

  signal('other');
  const before = scene.statusOf(id);
  signal('approved');

  expect([before, scene.statusOf(id)]).toEqual(['suspended', 'running']);
  expect(scene.effects).toContainEqual(expect.objectContaining({ kind: 'startAttempt', journalLength: 3 }));
});

test('a suspension on what is there already starts again at once', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.apply({ kind: 'deliverSignal', invocation: id, signal: { kind: 'signal', id: 17 }, result: { kind: 'void' } });

  scene.advance(id, [suspendsOn({ signals: [17] })]);

  expect(scene.get(id)).toMatchObject({ epoch: 2, state: { status: 'running' } });
});

test('a suspension on nothing but own steps is a failed attempt: nobody else could wake it', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.advance(id, [command({ kind: 'run', name: 'step', completionId: 1 })]);

  scene.advance(id, [suspendsOn({ completions: [1], signals: [1] })]);

  expect(scene.get(id)).toMatchObject({
    state: { status: 'backingOff' },
    lastFailure: { code: 'SUSPENDED_ON_OPEN_RUN' },
  });
});

test('what has ended takes nothing more', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.complete(id);
  const ended = scene.get(id);

  scene.apply({ kind: 'deliverSignal', invocation: id, signal: { kind: 'signal', id: 17 }, result: { kind: 'void' } });

  expect(scene.get(id)).toBe(ended);
});
