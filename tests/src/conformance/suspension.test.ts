import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'suspender' } });

async function startWaiting(
  handler: string,
): Promise<{ name: string; invocationId: string; open: (word: string) => Promise<void> }> {
  const name = unique('wait');
  const { invocationId } = await world().ingress.send(`Suspender/${handler}`, name);
  const gate = String(await world().trace.waitForDetail(`gate ${name}`));
  const open = async (word: string): Promise<void> => {
    await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: word });
  };
  return { name, invocationId, open };
}

test('an invocation that waits longer than its inactivity timeout is suspended and wakes up with what it waited for', async () => {
  const { name, invocationId, open } = await startWaiting('waitLong');
  await world().admin.waitForStatus(invocationId, 'suspended');
  const attached = world().ingress.attach(invocationId);

  await open('woken');

  expect((await attached).json()).toBe('woken');
  expect(world().trace.count(`attempt ${name}`)).toBeGreaterThanOrEqual(2);
  expect(world().trace.count(`gate ${name}`)).toBe(1);
});

test('what a running invocation waits for reaches the attempt that is open', needs('open-connection'), async () => {
  const { name, invocationId, open } = await startWaiting('waitOpen');
  const attached = world().ingress.attach(invocationId);

  await open('heard');

  expect((await attached).json()).toBe('heard');
  expect(world().trace.count(`attempt ${name}`)).toBe(1);
});

test('a step that is busy is not interrupted by the inactivity timeout', async () => {
  const name = unique('busy');

  expect(await world().ingress.call('Suspender/busyStep', name)).toBe('not interrupted');
  expect(world().trace.count(`busy ${name}`)).toBe(1);
});

test('a suspended invocation is cancelled', async () => {
  const { invocationId } = await startWaiting('waitLong');
  await world().admin.waitForStatus(invocationId, 'suspended');
  const attached = world().ingress.attach(invocationId);

  expect((await world().admin.act(invocationId, 'cancel')).status).toBe(202);

  expect((await attached).status).toBe(409);
});

test('a suspended invocation that is resumed without a reason suspends again', async () => {
  const { name, invocationId, open } = await startWaiting('waitLong');
  await world().admin.waitForStatus(invocationId, 'suspended');

  const resumed = await world().admin.act(invocationId, 'resume');
  await world().trace.waitFor(`attempt ${name}`, 2);
  await world().admin.waitForStatus(invocationId, 'suspended');
  const attached = world().ingress.attach(invocationId);
  await open('in the end');

  expect(resumed.status).toBeLessThan(300);
  expect((await attached).json()).toBe('in the end');
});

test(
  'a running invocation that is paused stays paused although what it waited for has come, until it is resumed',
  needs('open-connection'),
  async () => {
    const { invocationId, open } = await startWaiting('waitOpen');
    await world().admin.waitForStatus(invocationId, 'running');
    const attached = world().ingress.attach(invocationId);

    const paused = await world().admin.act(invocationId, 'pause');
    await world().admin.waitForStatus(invocationId, 'paused');
    await open('later');
    const meanwhile = await world().admin.findInvocation(invocationId);
    await world().admin.act(invocationId, 'resume');

    expect(paused.status).toBe(202);
    expect(meanwhile?.status).toBe('paused');
    expect((await attached).json()).toBe('later');
  },
);

test('a journal of a thousand entries is replayed after a failure', async () => {
  const steps = 500;

  const sum = await world().ingress.call('Suspender/longJournal', { name: unique('long'), steps });

  expect(sum).toBe((steps * (steps - 1)) / 2);
});

test('every step has its own budget of tries', async () => {
  const name = unique('flaky');

  expect(await world().ingress.call('Suspender/twoFlakySteps', name)).toEqual([3, 3]);
});
