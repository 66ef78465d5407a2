import type { ErrorMessage } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { command, EngineScene, operator, suspendsOn } from '../engine-scene.ts';
import { defineDeployment, defineHandler, defineRegistry, defineService, v1 } from '../registry-scene.ts';
import type { RetryPolicy } from '../registry.ts';

function sceneWith(policy: Partial<RetryPolicy>): EngineScene {
  const retryPolicy: RetryPolicy = {
    initialIntervalMs: 100,
    factor: 2,
    maxIntervalMs: 1_000,
    attemptsMax: 70,
    onMaxAttempts: 'pause',
    ...policy,
  };
  const services = [defineService('Greeter', 'service', [defineHandler('greet', 'stateless', { retryPolicy })])];
  return new EngineScene({ registry: defineRegistry([defineDeployment(v1, services)], v1) });
}

function start(scene: EngineScene): ReturnType<EngineScene['invoke']> {
  return scene.invoke({ service: 'Greeter', key: '' });
}

function error(changes: Partial<ErrorMessage>): { readonly kind: 'error'; readonly error: ErrorMessage } {
  return {
    kind: 'error',
    error: { kind: 'error', code: 500, message: 'no', stacktrace: '', behavior: 'retry', ...changes },
  };
}

test('delays grow by the factor up to the limit', () => {
  const scene = sceneWith({});
  const id = start(scene);

  const delays = Array.from({ length: 6 }, () => {
    scene.fail(id);
    const failedAt = scene.now;
    return (scene.fireNext()?.fireAt ?? 0) - failedAt;
  });

  expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('jitter adds up to three tenths, so that many that failed together come back apart', () => {
  const scene = sceneWith({});
  const id = start(scene);

  scene.fail(id, { jitter: 0.999 });

  expect(scene.get(id).state).toEqual({ status: 'backingOff', retryAt: scene.now + 130 });
});

test('jitter is added to a delay that a response asks for, so that many that were turned away come back apart', () => {
  const scene = sceneWith({});
  const id = start(scene);

  scene.fail(id, { retryAfterMs: 5_000, jitter: 0.5 });

  expect(scene.get(id).state).toEqual({ status: 'backingOff', retryAt: scene.now + 5_750 });
});

test('a delay that the endpoint asks for replaces the next one only', () => {
  const scene = sceneWith({});
  const id = start(scene);

  scene.fail(id, { retryAfterMs: 5_000 });
  const asked = scene.fireNext()?.fireAt ?? 0;
  scene.fail(id);

  expect(asked).toBe(1_005_000);
  expect(scene.get(id).state).toEqual({ status: 'backingOff', retryAt: scene.now + 200 });
});

test('the attempt after the last pauses, with all it did', () => {
  const scene = sceneWith({ attemptsMax: 2 });
  const id = start(scene);
  scene.advance(id, [command({ kind: 'run', name: 'step', completionId: 1 })]);

  scene.fail(id);
  scene.fireNext();
  scene.fail(id);

  expect(scene.get(id).state).toMatchObject({ status: 'paused', reason: { kind: 'attemptsExhausted' } });
  expect(scene.journalOf(id)).toHaveLength(2);
});

test('or ends with the last failure, where the policy says so', () => {
  const scene = sceneWith({ attemptsMax: 1, onMaxAttempts: 'kill' });
  const id = start(scene);

  scene.fail(id);

  expect(scene.get(id).state).toMatchObject({
    status: 'completed',
    result: { failure: { code: 500, message: 'lost' } },
  });
});

test('progress does not renew the budget of attempts, a suspension does', () => {
  const scene = sceneWith({ attemptsMax: 2 });
  const id = start(scene);
  scene.fail(id);
  scene.fireNext();
  scene.advance(id, [command({ kind: 'run', name: 'step', completionId: 1 })]);
  expect(scene.get(id).retry).toMatchObject({ sinceLastCommand: 0, budgetUsed: 1 });

  scene.advance(id, [suspendsOn({ signals: [17] })]);
  scene.apply({ kind: 'deliverSignal', invocation: id, signal: { kind: 'signal', id: 17 }, result: { kind: 'void' } });
  scene.fail(id);

  expect(scene.get(id).state.status).toBe('backingOff');
  expect(scene.get(id).retry).toMatchObject({ sinceLastCommand: 1, budgetUsed: 1 });
});

test('a journal mismatch pauses at once, however many attempts are left (P4)', () => {
  const scene = sceneWith({});
  const id = start(scene);

  scene.advance(id, [error({ code: 570, message: 'expected run, found sleep', relatedCommandIndex: 1 })]);

  expect(scene.get(id)).toMatchObject({
    state: { status: 'paused', reason: { kind: 'mismatch' } },
    lastFailure: { code: 'JOURNAL_MISMATCH', deployment: v1, relatedCommandIndex: 1 },
  });
  expect(scene.timers()).toEqual([]);
});

test('an endpoint may ask for a pause, or for the end', () => {
  const scene = sceneWith({});
  const [held, ended] = [start(scene), start(scene)];

  scene.advance(held, [error({ behavior: 'pause' })]);
  scene.advance(ended, [error({ behavior: 'fail', code: 418, message: 'short and stout' })]);

  expect(scene.get(held).state).toMatchObject({ status: 'paused', reason: { kind: 'requestedByHandler' } });
  expect(scene.get(ended).state).toMatchObject({
    status: 'completed',
    result: { failure: { code: 418, message: 'short and stout' } },
  });
});

test('who was asked to pause pauses at the next failure', () => {
  const scene = sceneWith({});
  const id = start(scene);
  scene.apply({ kind: 'pause', invocation: id, ...operator });

  scene.fail(id);

  expect(scene.get(id).state).toMatchObject({ status: 'paused', reason: { kind: 'operator' } });
});

test('a resume takes back a pause that has not come about yet', () => {
  const scene = sceneWith({});
  const id = start(scene);
  scene.apply({ kind: 'pause', invocation: id, ...operator });

  scene.apply({ kind: 'resume', invocation: id, deployment: 'keep', ...operator });
  scene.advance(id, [suspendsOn({ signals: [17] })]);

  expect(scene.statusOf(id)).toBe('suspended');
});

test('a timer of an earlier attempt finds nothing to do', () => {
  const scene = sceneWith({});
  const id = start(scene);
  scene.fail(id);
  scene.apply({ kind: 'resume', invocation: id, deployment: 'keep', ...operator });
  scene.fail(id);

  const first = scene.fireNext();

  expect(first?.purpose).toEqual({ kind: 'retry', epoch: 1 });
  expect(scene.get(id)).toMatchObject({ epoch: 2, state: { status: 'backingOff' } });
});

test('of an error as large as a message may be, the beginning is kept', () => {
  const scene = sceneWith({});
  const id = start(scene);

  scene.advance(id, [error({ message: 'm'.repeat(1_000_000), stacktrace: 's'.repeat(1_000_000) })]);

  expect(scene.get(id).lastFailure).toMatchObject({ message: 'm'.repeat(32_768), stacktrace: 's'.repeat(32_768) });
});
