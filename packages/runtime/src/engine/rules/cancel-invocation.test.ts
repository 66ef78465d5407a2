import { expect, test } from 'vitest';
import { command, EngineScene, operator, success, suspendsOn } from '../engine-scene.ts';

function cancel(scene: EngineScene, id: Parameters<EngineScene['get']>[0]): void {
  scene.apply({ kind: 'cancel', invocation: id, ...operator });
}

test('a cancellation wakes who waits for it', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.suspend(id, { signals: [1, 17] });

  cancel(scene, id);

  expect(scene.statusOf(id)).toBe('running');
  expect(scene.effects).toContainEqual(
    expect.objectContaining({ kind: 'startAttempt', invocation: id, journalLength: 2 }),
  );
});

test('one that the attempt has seen does not wake it again, or it would compensate for ever', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  cancel(scene, id);

  scene.advance(id, [suspendsOn({ signals: [1, 17] }, 2)]);

  expect(scene.statusOf(id)).toBe('suspended');
});

test('one that came while the attempt was suspending wakes it', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  cancel(scene, id);

  scene.advance(id, [suspendsOn({ signals: [1, 17] }, 1)]);

  expect(scene.statusOf(id)).toBe('running');
  expect(scene.get(id).epoch).toBe(2);
});

test('a second cancellation wakes who has seen the first', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  cancel(scene, id);
  scene.advance(id, [suspendsOn({ signals: [1, 17] }, 2)]);

  cancel(scene, id);

  expect(scene.statusOf(id)).toBe('running');
});

test('a paused invocation runs again for a cancellation', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.suspend(id, { signals: [17] });
  scene.apply({ kind: 'pause', invocation: id, ...operator });

  cancel(scene, id);

  expect(scene.statusOf(id)).toBe('running');
});

test('so does one that was still on its way to be paused: it does not matter who came first', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.apply({ kind: 'pause', invocation: id, ...operator });

  cancel(scene, id);
  scene.advance(id, [suspendsOn({ signals: [1, 17] }, 1)]);

  expect(scene.statusOf(id)).toBe('running');
});

test('what never ran is gone at once, and its caller learns it', () => {
  const scene = new EngineScene();
  const caller = scene.invoke({ service: 'Greeter', key: '' });
  const holder = scene.invoke();
  scene.advance(caller, [
    command({
      kind: 'call',
      name: '',
      service: 'Counter',
      handler: 'add',
      key: 'red',
      parameter: new Uint8Array(),
      headers: [],
      invocationIdCompletionId: 1,
      completionId: 2,
    }),
  ]);
  const callee = scene.all('invocation').find(({ state }) => state.status === 'pending');

  if (callee !== undefined) cancel(scene, callee.id);

  expect(callee?.id).toBeDefined();
  expect(scene.all('queue')).toEqual([]);
  expect(scene.statusOf(holder)).toBe('running');
  expect(scene.get(caller).journal.open).toEqual({});
});

test('a handler that catches the cancellation may still end with a result', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  cancel(scene, id);

  scene.complete(id, success('compensated'));

  expect(scene.get(id).state).toMatchObject({ status: 'completed', result: success('compensated') });
});
