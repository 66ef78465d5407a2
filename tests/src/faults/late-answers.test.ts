/**
 * Answers that come twice, or too late. The first one wins, whether its invocation runs or is suspended when the second comes; what a handler
 * once saw never changes; and an answer to what has ended is accepted and forgotten.
 */
import { expect, test, describe } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { unique } from '../harness/unique.ts';

const rounds = 40;

describe.skipIf(chosenTarget() !== 'holdfast').each(['bidirectional', 'request-response'] as const)(
  'with a %s endpoint',
  (mode) => {
    const world = useWorld({ services: { module: 'waiter', mode } });

    async function startWaiting(): Promise<{ invocationId: string; awakeable: string }> {
      const name = unique('wait');
      const { invocationId } = await world().ingress.send('Waiter/wait', name);
      return { invocationId, awakeable: String(await world().trace.waitForDetail(`waiting ${name}`)) };
    }

    function resolve(awakeable: string, value: string): Promise<unknown> {
      return world().ingress.ask(`/restate/awakeables/${awakeable}/resolve`, { json: value });
    }

    test(`the first of two resolutions wins, ${rounds} times of ${rounds}`, async () => {
      const seen = await Promise.all(
        Array.from({ length: rounds }, async () => {
          const { invocationId, awakeable } = await startWaiting();
          await resolve(awakeable, 'first');
          await resolve(awakeable, 'second');
          return (await world().ingress.attach(invocationId)).json();
        }),
      );

      expect(seen).toEqual(seen.map(() => ({ value: 'first' })));
    });

    test('the first resolution of an invocation that is suspended wins over a rejection, and a crash changes nothing', async () => {
      const { invocationId, awakeable } = await startWaiting();
      await world().admin.act(invocationId, 'pause');
      await world().admin.waitForStatus(invocationId, 'paused');

      await resolve(awakeable, 'first');
      await world().ingress.ask(`/restate/awakeables/${awakeable}/reject`, { raw: 'no' });
      await world().target.restart();
      await world().admin.act(invocationId, 'resume');

      expect((await world().ingress.attach(invocationId)).json()).toEqual({ value: 'first' });
    });

    test('a resolution of what has ended changes neither its result nor its journal', async () => {
      const { invocationId, awakeable } = await startWaiting();
      await resolve(awakeable, 'first');
      await world().ingress.attach(invocationId);
      const before = await world().admin.findInvocation(invocationId);

      await resolve(awakeable, 'late');

      expect(await world().admin.findInvocation(invocationId)).toEqual(before);
      expect((await world().ingress.attach(invocationId)).json()).toEqual({ value: 'first' });
    });
  },
);
