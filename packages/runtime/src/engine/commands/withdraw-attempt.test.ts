import { expect, test } from 'vitest';
import { EngineScene, operator } from '../engine-scene.ts';

test('an invocation that is to pause is paused when its attempt is withdrawn, and nothing counts against it', () => {
  const scene = new EngineScene();
  const invocation = scene.invoke();
  scene.apply({ kind: 'pause', invocation, ...operator });
  const { createdAt, epoch, retry } = scene.get(invocation);

  scene.apply({ kind: 'withdrawAttempt', invocation, createdAt, epoch });

  const record = scene.get(invocation);
  expect(record.state).toMatchObject({ status: 'paused', reason: { kind: 'operator' } });
  expect(record.retry).toEqual(retry);
  expect(record.lastFailure).toBeUndefined();
});

test('another attempt is ordered when the pause was taken back before the attempt was withdrawn', () => {
  const scene = new EngineScene();
  const invocation = scene.invoke();
  scene.apply({ kind: 'pause', invocation, ...operator });
  const { createdAt, epoch } = scene.get(invocation);
  scene.apply({ kind: 'resume', invocation, deployment: 'keep', ...operator });

  scene.apply({ kind: 'withdrawAttempt', invocation, createdAt, epoch });

  expect(scene.get(invocation)).toMatchObject({ epoch: epoch + 1, state: { status: 'running', pausing: false } });
  expect(scene.effects.findLast(({ kind }) => kind === 'startAttempt')).toMatchObject({ epoch: epoch + 1 });
});

test('an attempt that is not the latest cannot be withdrawn', () => {
  const scene = new EngineScene();
  const invocation = scene.invoke();
  scene.apply({ kind: 'pause', invocation, ...operator });
  const before = scene.get(invocation);

  scene.apply({ kind: 'withdrawAttempt', invocation, createdAt: before.createdAt, epoch: before.epoch - 1 });

  expect(scene.get(invocation)).toEqual(before);
});
