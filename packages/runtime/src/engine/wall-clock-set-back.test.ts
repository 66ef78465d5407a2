import { expect, test } from 'vitest';
import { command, EngineScene } from './engine-scene.ts';

test('what a handler calls a point in time is later on a clock that went on when the wall clock was set back', () => {
  const scene = new EngineScene();
  scene.lead = 600_000;
  const inOneMinute = scene.now - scene.lead + 60_000;
  const id = scene.invoke();

  scene.advance(id, [
    command({ kind: 'sleep', name: '', wakeUpAt: inOneMinute, completionId: 1 }),
    command({
      kind: 'oneWayCall',
      name: '',
      service: 'Counter',
      handler: 'add',
      key: 'another',
      headers: [],
      parameter: new Uint8Array(),
      invokeAt: inOneMinute,
      invocationIdCompletionId: 2,
    }),
  ]);

  expect(scene.timers().map((timer) => timer.fireAt)).toEqual([scene.now + 60_000, scene.now + 60_000]);
});
