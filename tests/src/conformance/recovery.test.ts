import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';

/** What was acknowledged outlives its processes: the runtime, the services, or both are killed with SIGKILL. */
const world = useWorld({ services: { module: 'journaled' } });

type Victim = 'runtime' | 'service' | 'both';

const crashes: [title: string, victim: Victim][] = [
  ['the runtime dies', 'runtime'],
  ['the service dies', 'service'],
  ['both die', 'both'],
];

async function crash(victim: Victim): Promise<void> {
  if (victim !== 'runtime') await world().services.kill();
  if (victim !== 'service') await world().target.restart();
  if (victim !== 'runtime') await world().services.start();
}

test.each(crashes)('recorded steps are kept and not executed again when %s', async (_title, victim) => {
  const name = unique('work');
  const { invocationId } = await world().ingress.send('Journaled/twoSteps', name, {
    headers: { 'idempotency-key': unique('idem') },
  });
  const gate = String(await world().trace.waitForDetail(`gate ${name}`));

  await crash(victim);
  await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });
  const answer = await world().ingress.attach(invocationId);
  await crash(victim);
  const again = await world().ingress.output(invocationId);

  expect(answer.json()).toMatchObject({ word: 'go' });
  expect(again.text).toBe(answer.text);
  expect([world().trace.count(`first ${name}`), world().trace.count(`second ${name}`)]).toEqual([1, 1]);
});

test('a step that was interrupted is executed again, the one before it is not', async () => {
  const name = unique('work');
  await world().services.restart({ version: 'hangs' });
  const { invocationId } = await world().ingress.send('Journaled/interruptedStep', name);
  await world().trace.waitFor(`long ${name}`);
  const attached = world().ingress.attach(invocationId);

  await world().services.restart({ version: 'v1' });

  expect((await attached).json()).toBe('done');
  expect(world().trace.count(`before ${name}`)).toBe(1);
  expect(world().trace.count(`long ${name}`)).toBe(2);
});

test('a caller whose connection broke gets its answer by repeating the call with its idempotency key', async () => {
  const name = unique('work');
  const question = { json: name, headers: { 'idempotency-key': unique('idem') } };
  const broken = world()
    .ingress.ask('/Journaled/twoSteps', question)
    .then(
      () => 'answered',
      () => 'broken',
    );
  const gate = String(await world().trace.waitForDetail(`gate ${name}`));

  await crash('runtime');
  const repeated = world().ingress.ask('/Journaled/twoSteps', question);
  await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });

  expect(await broken).toBe('broken');
  expect((await repeated).json()).toMatchObject({ word: 'go' });
  expect(world().trace.count(`first ${name}`)).toBe(1);
});

test('a timer that runs out while the runtime is down fires after it is up', async () => {
  const name = unique('ring');
  const dueAt = Date.now() + 700;
  const sleeping = await world().ingress.send('Journaled/sleep', 600, {
    headers: { 'idempotency-key': unique('idem') },
  });
  const delayed = await world().ingress.send('Journaled/ring', name, { query: 'delay=600ms' });
  const longer = await world().ingress.send('Journaled/sleep', 2_500, {
    headers: { 'idempotency-key': unique('idem') },
  });

  await world().target.rememberServices();
  await world().target.kill();
  await waitUntil('the shorter timers have run out', () => Date.now() > dueAt);
  await world().target.start();

  expect((await world().ingress.attach(sleeping.invocationId)).json()).toBeGreaterThanOrEqual(600);
  expect((await world().ingress.attach(longer.invocationId)).json()).toBeGreaterThanOrEqual(2_500);
  await world().trace.waitFor(`ring ${name}`);
  await world().admin.waitForStatus(delayed.invocationId, 'completed');
  expect(world().trace.count(`ring ${name}`)).toBe(1);
});

test('the queue of a key keeps its order over a crash', async () => {
  const key = unique('key');
  await world().ingress.send(`Ledger/${key}/hold`, key);
  const gate = String(await world().trace.waitForDetail(`hold ${key}`));
  const queued = [];
  for (const amount of [1, 10, 100]) queued.push(await world().ingress.send(`Ledger/${key}/add`, amount));

  await crash('both');
  await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });
  const sums = [];
  for (const one of queued) sums.push((await world().ingress.attach(one.invocationId)).json());

  expect(sums).toEqual([1, 11, 111]);
  expect(await world().ingress.call(`Ledger/${key}/sum`)).toBe(111);
});

test('work that is accepted while the service is down is done when it is up', async () => {
  const key = unique('key');
  await world().services.kill();
  const sent = await world().ingress.send(`Ledger/${key}/add`, 5);

  await world().services.start();

  expect((await world().ingress.attach(sent.invocationId)).json()).toBe(5);
});

test('a handler that hangs is given up after its timeouts and tried again', async () => {
  const name = unique('hang');

  expect(await world().ingress.call('Journaled/hangsOnce', name)).toBe('answered');
  expect(world().trace.count(`hang ${name}`)).toBe(2);
});

test('a frozen service that comes back goes on with its work', async () => {
  const name = unique('work');
  const { invocationId } = await world().ingress.send('Journaled/twoSteps', name);
  const gate = String(await world().trace.waitForDetail(`gate ${name}`));
  const attached = world().ingress.attach(invocationId);

  world().services.freeze();
  await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });
  world().services.thaw();

  expect((await attached).json()).toMatchObject({ word: 'go' });
});
