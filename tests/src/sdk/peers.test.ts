/** Services on the SDK of this repository and services on the published SDK, on one runtime. */
import { beforeAll, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { ours: true, module: 'sdk-peers' } });

beforeAll(async () => {
  await world().register(await world().startServices({ module: 'peers' }));
});

test('each calls the other, with values, failures and state', async () => {
  const key = unique('key');

  expect(await world().ingress.call('Ours/callTheirs', key)).toEqual({ sum: 3, refused: '418 no tea' });
  expect(await world().ingress.call('Theirs/callOurs', key)).toEqual({ sum: 3, refused: '418 no tea' });
});

test.each(['Ours', 'Theirs'])('a cancellation crosses from %s to the other side', async (caller) => {
  const name = unique('work');
  const { invocationId } = await world().ingress.send(`${caller}/waitForOther`, name);
  await world().trace.waitFor(`waiting ${name}`);
  const attached = world().ingress.attach(invocationId);

  await world().admin.act(invocationId, 'cancel');

  expect((await attached).status).toBe(409);
  await world().trace.waitFor(`stopped ${name}`);
});

test.each(['Ours', 'Theirs'])('an awakeable of %s is resolved by the other side', async (owner) => {
  const name = unique('work');
  const { invocationId } = await world().ingress.send(`${owner}/ask`, name);

  expect((await world().ingress.attach(invocationId)).json()).toBe(`answer to ${name}`);
});
