import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { unique } from '../harness/unique.ts';

/** What an SDK can ask for only in protocol version 7; Restate needs a flag for it. */
const world = useWorld({ services: { module: 'suspender' }, target: { protocolV7: true } });

test('a step may pause its invocation, and goes on after resume', needs('pause-from-step'), async () => {
  const name = unique('pauses');
  const { invocationId } = await world().ingress.send('Suspender/pausesItself', name);
  await world().admin.waitForStatus(invocationId, 'paused');
  const attached = world().ingress.attach(invocationId);

  await world().admin.act(invocationId, 'resume');

  expect((await attached).json()).toBe('went on');
  expect(world().trace.count(`pauses itself ${name}`)).toBe(2);
});
