import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'flaky' } });

test('a handler that throws is tried again until it succeeds, and its steps are executed once', async () => {
  const name = unique('flaky');

  expect(await world().ingress.call('Flaky/untilAttempt', { name, attempt: 4 })).toEqual({ steps: 1, attempts: 4 });
});

test('a step that throws is executed again; the steps before it are not', async () => {
  const name = unique('flaky');

  expect(await world().ingress.call('Flaky/stepUntil', { name, attempt: 3 })).toBe(3);
  expect(world().trace.count(`${name} before`)).toBe(1);
});

test('a step with a policy of its own gives up with a terminal error that the handler may catch', async () => {
  const name = unique('flaky');

  const answer = await world().ingress.call('Flaky/stepGivesUp', name);

  expect(answer).toEqual({ gaveUp: expect.stringContaining(`always fails: ${name}`), executions: 3 });
});

test('a step may ask for the delay before its next execution', async () => {
  const name = unique('flaky');
  const startedAt = Date.now();

  expect(await world().ingress.call('Flaky/stepAsksForDelay', { name, delayMs: 400 })).toBe('came back');
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(400);
});

test('a terminal error in a step is recorded: the step is not executed again', async () => {
  const name = unique('flaky');

  expect(await world().ingress.call('Flaky/stepTerminal', name)).toEqual({
    code: 402,
    message: 'card declined',
    executions: 1,
  });
});

test('an invocation whose policy says kill ends with its last error', async () => {
  const name = unique('flaky');

  const answer = await world().ingress.ask('/Flaky/dies', { json: name });

  expect(answer.status).toBe(500);
  expect(answer.text).toContain(`always fails: ${name}`);
  expect(world().trace.count(name)).toBe(2);
});

test('a policy of one attempt means no retry', async () => {
  const name = unique('flaky');

  expect((await world().ingress.ask('/Flaky/once', { json: name })).status).toBe(500);
  expect(world().trace.count(name)).toBe(1);
});

test('an error that the service maps to a terminal one is not retried', async () => {
  const answer = await world().ingress.ask('/Flaky/mapped');

  expect(answer.status).toBe(416);
  expect(answer.json()).toMatchObject({ message: 'out of range' });
});

test('while an invocation backs off, its failure and retry count are visible to operators', async () => {
  const name = unique('flaky');
  const { invocationId } = await world().ingress.send('Flaky/stepAsksForDelay', { name, delayMs: 3_600_000 });

  const row = await world().admin.waitForStatus(invocationId, 'backing-off');

  expect(row.last_failure).toContain('come back later');
  expect(row.retry_count).toBeGreaterThanOrEqual(1);
  await world().admin.act(invocationId, 'kill');
});
