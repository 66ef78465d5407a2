import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';

const world = useWorld({ services: { module: 'flaky' } });

/** An invocation that ended with the result of its first try, and is retained. */
async function completed(): Promise<{ name: string; invocationId: string }> {
  const name = unique('flaky');
  const { invocationId } = await world().ingress.send(
    'Flaky/untilAttempt',
    { name, attempt: 1 },
    { headers: { 'idempotency-key': unique('idem') } },
  );
  await world().ingress.attach(invocationId);
  await world().admin.waitForStatus(invocationId, 'completed');
  return { name, invocationId };
}

test('a finished invocation can be run again as a new one with the same input', async () => {
  const { name, invocationId } = await completed();

  const answer = await world().admin.act(invocationId, 'restart-as-new');
  const { new_invocation_id: restarted } = answer.json<{ new_invocation_id: string }>();
  const result = await world().ingress.attach(restarted);

  expect(answer.status).toBe(200);
  expect(restarted).not.toBe(invocationId);
  // The steps ran again, so the counters of the world went on.
  expect(result.json()).toEqual({ steps: 2, attempts: 2 });
  expect(world().trace.count(`${name} step`)).toBe(2);
  expect((await world().admin.findInvocation(restarted))?.restarted_from).toBe(invocationId);
});

test('a restart from an entry keeps the results recorded up to it', needs('restart-from-entry'), async () => {
  const { name, invocationId } = await completed();

  const answer = await world().admin.act(invocationId, 'restart-as-new', 'from=1');
  const { new_invocation_id: restarted } = answer.json<{ new_invocation_id: string }>();
  const result = await world().ingress.attach(restarted);

  expect(answer.status).toBe(200);
  expect(result.json()).toEqual({ steps: 1, attempts: 2 });
  expect(world().trace.count(`${name} step`)).toBe(1);
});

test('a running invocation cannot be restarted as new', async () => {
  const { invocationId } = await world().ingress.send('Flaky/stepAsksForDelay', {
    name: unique('flaky'),
    delayMs: 3_600_000,
  });
  await world().admin.waitForStatus(invocationId, 'backing-off');

  expect((await world().admin.act(invocationId, 'restart-as-new')).status).toBe(409);
  await world().admin.act(invocationId, 'kill');
});

test('an unknown invocation cannot be restarted, a scheduled one not yet', async () => {
  const scheduled = await world().ingress.send('Flaky/mend', 'x', { query: 'delay=1h' });

  expect((await world().admin.act(scheduled.invocationId, 'restart-as-new')).status).toBe(425);
  expect((await world().admin.act(`${scheduled.invocationId.slice(0, -4)}0000`, 'restart-as-new')).status).toBe(404);
  await world().admin.act(scheduled.invocationId, 'kill');
});

test('purging forgets a finished invocation, and its idempotency key is free again', async () => {
  const name = unique('flaky');
  const headers = { 'idempotency-key': unique('idem') };
  const first = await world().ingress.send('Flaky/untilAttempt', { name, attempt: 1 }, { headers });
  await world().ingress.attach(first.invocationId);
  await world().admin.waitForStatus(first.invocationId, 'completed');

  const purged = await world().admin.act(first.invocationId, 'purge');
  await world().admin.waitUntilGone(first.invocationId);
  const output = await world().ingress.output(first.invocationId);
  const again = await world().ingress.send('Flaky/untilAttempt', { name, attempt: 1 }, { headers });

  expect(purged.status).toBe(200);
  expect(output.status).toBe(404);
  expect(again.status).toBe('Accepted');
});

test('purging the journal keeps the result', async () => {
  const { invocationId } = await completed();

  const purged = await world().admin.act(invocationId, 'purge-journal');
  await waitUntil('the journal is gone', async () => {
    const rows = await world().admin.query(`select index from sys_journal where id = '${invocationId}'`);
    return rows.length === 0;
  });

  expect(purged.status).toBe(200);
  expect((await world().ingress.output(invocationId)).json()).toEqual({ steps: 1, attempts: 1 });
  expect((await world().admin.act(invocationId, 'restart-as-new')).status).toBe(410);
});

test('what is not finished cannot be purged, what is unknown neither', async () => {
  const { invocationId } = await world().ingress.send('Flaky/stepAsksForDelay', {
    name: unique('flaky'),
    delayMs: 3_600_000,
  });
  await world().admin.waitForStatus(invocationId, 'backing-off');

  expect((await world().admin.act(invocationId, 'purge')).status).toBe(409);
  expect((await world().admin.act(`${invocationId.slice(0, -4)}0000`, 'purge')).status).toBe(404);
  await world().admin.act(invocationId, 'kill');
});
