import { expect, test } from 'vitest';
import { EngineScene, command } from './engine-scene.ts';
import { LATEST_TIME } from './latest-time.ts';
import { defineDeployment, defineHandler, defineRegistry, defineService, v1 } from './registry-scene.ts';

const forEver = Number.MAX_SAFE_INTEGER;

function sceneThatKeepsForEver(): EngineScene {
  const retention = { journalRetentionMs: forEver - 1, idempotencyRetentionMs: forEver };
  const services = [defineService('Greeter', 'service', [defineHandler('greet', 'stateless', retention)])];
  return new EngineScene({ registry: defineRegistry([defineDeployment(v1, services)], v1) });
}

test('a retention without end ends at the latest time', () => {
  const scene = sceneThatKeepsForEver();
  const id = scene.invoke({ service: 'Greeter', idempotencyKey: 'once' });

  scene.complete(id);

  expect(scene.timers().map((timer) => timer.fireAt)).toEqual([LATEST_TIME, LATEST_TIME]);
  const reply = scene.apply({ kind: 'attachCaller', invocation: id });
  expect(reply).toMatchObject({ kind: 'completed', expiresAt: LATEST_TIME });
  const repeated = scene.apply(scene.invokeCommand({ service: 'Greeter', idempotencyKey: 'once' }));
  expect(repeated).toMatchObject({ kind: 'accepted', repeated: true, expiresAt: LATEST_TIME });
});

test('a back-off without end ends at the latest time', () => {
  const scene = new EngineScene();
  const id = scene.invoke();

  scene.fail(id, { retryAfterMs: forEver });

  expect(scene.get(id).state).toEqual({ status: 'backingOff', retryAt: LATEST_TIME });
  expect(scene.timerOf(id)?.fireAt).toBe(LATEST_TIME);
});

test('a sleep and a delay without end end at the latest time', () => {
  const scene = new EngineScene();
  const sleeping = scene.invoke();
  const delayed = scene.invoke({ startAt: forEver });

  scene.advance(sleeping, [command({ kind: 'sleep', name: '', wakeUpAt: forEver, completionId: 1 })]);

  expect(scene.timerOf(sleeping)?.fireAt).toBe(LATEST_TIME);
  expect(scene.timerOf(delayed)?.fireAt).toBe(LATEST_TIME);
  expect(scene.get(delayed).state).toEqual({ status: 'scheduled', startAt: LATEST_TIME });
});
