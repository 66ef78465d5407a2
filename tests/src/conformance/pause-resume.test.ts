import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'flaky' } });

async function startAndWaitUntilPaused(): Promise<{ name: string; invocationId: string }> {
  const name = unique('flaky');
  const { invocationId } = await world().ingress.send('Flaky/pauses', name);
  await world().admin.waitForStatus(invocationId, 'paused');
  return { name, invocationId };
}

test('an invocation that used up its attempts is paused and says why', async () => {
  const { name, invocationId } = await startAndWaitUntilPaused();

  const row = await world().admin.findInvocation(invocationId);

  const failure = row?.last_failure ?? 'not shown';
  expect(failure).toContain(
    world().target.differs('paused-shows-last-failure', { restate: 'not shown', holdfast: `not mended: ${name}` }),
  );
  expect(world().trace.count(name)).toBe(2);
});

test('a paused invocation goes on after resume with everything that was recorded', async () => {
  const { name, invocationId } = await startAndWaitUntilPaused();
  const attached = world().ingress.attach(invocationId);
  await world().ingress.call('Flaky/mend', name);

  const resumed = await world().admin.act(invocationId, 'resume');

  expect(resumed.status).toBeLessThan(300);
  expect((await attached).json()).toBe('mended');
  expect(world().trace.count(`${name} kept`)).toBe(1);
});

test('resuming gives a fresh budget of attempts', async () => {
  const { name, invocationId } = await startAndWaitUntilPaused();

  await world().admin.act(invocationId, 'resume');
  await world().trace.waitFor(name, 4);
  await world().admin.waitForStatus(invocationId, 'paused');

  expect(world().trace.count(name)).toBe(4);
  await world().admin.act(invocationId, 'kill');
});

test('a paused invocation keeps its key', async () => {
  const key = unique('key');
  const name = unique('flaky');
  const { invocationId } = await world().ingress.send(`PausingObject/${key}/work`, name);
  await world().admin.waitForStatus(invocationId, 'paused');
  const queued = await world().ingress.send(`PausingObject/${key}/touch`);
  await world().admin.waitForStatus(queued.invocationId, 'pending');

  await world().ingress.call('Flaky/mend', name);
  await world().admin.act(invocationId, 'resume');

  expect((await world().ingress.attach(queued.invocationId)).json()).toBe('touched');
});

test('cancelling a paused invocation wakes it', async () => {
  const { name, invocationId } = await startAndWaitUntilPaused();
  const attached = world().ingress.attach(invocationId);
  await world().ingress.call('Flaky/mend', name);

  const cancelled = await world().admin.act(invocationId, 'cancel');

  expect(cancelled.status).toBe(202);
  await attached;
});

test('killing a paused invocation ends it', async () => {
  const { invocationId } = await startAndWaitUntilPaused();
  const attached = world().ingress.attach(invocationId);

  expect((await world().admin.act(invocationId, 'kill')).status).toBe(200);

  expect((await attached).status).toBe(409);
});

test('pausing twice is no error', async () => {
  const { invocationId } = await startAndWaitUntilPaused();

  expect((await world().admin.act(invocationId, 'pause')).status).toBe(200);
  await world().admin.act(invocationId, 'kill');
});

test('an operator pauses an invocation that backs off', async () => {
  const name = unique('flaky');
  const { invocationId } = await world().ingress.send('Flaky/stepAsksForDelay', { name, delayMs: 3_600_000 });
  const attached = world().ingress.attach(invocationId);
  await world().admin.waitForStatus(invocationId, 'backing-off');

  const paused = await world().admin.act(invocationId, 'pause');
  await world().admin.waitForStatus(invocationId, 'paused');
  await world().admin.act(invocationId, 'resume');

  expect([200, 202]).toContain(paused.status);
  expect((await attached).json()).toBe('came back');
});

test('resuming an invocation that backs off tries it again now', async () => {
  const name = unique('flaky');
  const { invocationId } = await world().ingress.send('Flaky/stepAsksForDelay', { name, delayMs: 3_600_000 });
  const attached = world().ingress.attach(invocationId);
  await world().admin.waitForStatus(invocationId, 'backing-off');

  const resumed = await world().admin.act(invocationId, 'resume');

  expect(resumed.status).toBe(200);
  expect((await attached).json()).toBe('came back');
});

test('pause and resume refuse what is finished, scheduled or unknown', async () => {
  const done = await world().ingress.send('Flaky/mend', 'x', { headers: { 'idempotency-key': unique('idem') } });
  await world().ingress.attach(done.invocationId);
  await world().admin.waitForStatus(done.invocationId, 'completed');
  const scheduled = await world().ingress.send('Flaky/mend', 'x', { query: 'delay=1h' });
  const unknown = `${done.invocationId.slice(0, -4)}0000`;

  const statuses = {
    pause: [
      (await world().admin.act(done.invocationId, 'pause')).status,
      (await world().admin.act(scheduled.invocationId, 'pause')).status,
      (await world().admin.act(unknown, 'pause')).status,
    ],
    resume: [
      (await world().admin.act(done.invocationId, 'resume')).status,
      (await world().admin.act(scheduled.invocationId, 'resume')).status,
      (await world().admin.act(unknown, 'resume')).status,
    ],
  };

  expect(statuses).toEqual({ pause: [409, 409, 404], resume: [409, 425, 404] });
  await world().admin.act(scheduled.invocationId, 'kill');
});
