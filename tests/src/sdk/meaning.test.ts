/** Rows C8, C9 and C19 of the corruption catalogue, with our SDK, on either runtime: other code comes up at the address of work that waits. */
import { afterEach, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';
import { waitForMismatch } from '../harness/wait-for-mismatch.ts';

const world = useWorld({ services: { ours: true, module: 'sdk-meaning', version: 'v1' } });

afterEach(() => world().services.restart({ version: 'v1' }));

test.each([
  ['definition', 'score', /definition: recorded [0-9a-f]{12}, found [0-9a-f]{12}/],
  ['arguments', 'charge', /arguments: recorded [0-9a-f]{12}, found [0-9a-f]{12}/],
] as const)('a recorded result is not read under another %s', async (handler, step, difference) => {
  const name = unique('work');
  const { invocationId } = await world().ingress.send(`Meaning/${handler}`, name);
  const gate = String(await world().trace.waitForDetail(`gate ${name}`));
  await world().services.restart({ version: 'v2' });
  await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });

  const report = await waitForMismatch(world(), invocationId);
  await world().services.restart({ version: 'v1' });
  await world().admin.act(invocationId, 'resume');

  expect(report).toContain(`records step "${step}" as entry 1; this code does step "${step}" there`);
  expect(report).toMatch(difference);
  expect((await world().ingress.attach(invocationId)).status).toBe(200);
  expect(world().trace.count(`${step} ${name}`)).toBe(1);
});

test('parallel keyed steps that start in another order keep their results, and run once', async () => {
  const name = unique('work');
  const { invocationId } = await world().ingress.send('Meaning/keys', name);
  const gate = String(await world().trace.waitForDetail(`gate ${name}`));
  await world().services.restart({ version: 'v2' });

  await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });

  expect((await world().ingress.attach(invocationId)).json()).toEqual({ a: 'a', b: 'b' });
  expect([world().trace.count(`a ${name}`), world().trace.count(`b ${name}`)]).toEqual([1, 1]);
});

test('awakeables that are created in another order keep their callers', async () => {
  const name = unique('work');
  const { invocationId } = await world().ingress.send('Meaning/awakeables', name);
  const approve = String(await world().trace.waitForDetail(`approve ${name}`));
  const refuse = String(await world().trace.waitForDetail(`refuse ${name}`));
  await world().services.restart({ version: 'v2' });

  await world().ingress.ask(`/restate/awakeables/${approve}/resolve`, { json: 'yes' });
  await world().ingress.ask(`/restate/awakeables/${refuse}/resolve`, { json: 'no' });

  expect((await world().ingress.attach(invocationId)).json()).toEqual({ approve: 'yes', refuse: 'no' });
});
