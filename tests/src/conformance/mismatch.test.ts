import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';

const world = useWorld({ services: { module: 'swapped', version: 'v1', alwaysSuspend: true } });

test.each(['other-name', 'other-type', 'shorter'])(
  'code that does not fit the journal (%s) executes nothing, and the right code goes on when it is back',
  async (version) => {
    const name = unique('work');
    const { invocationId } = await world().ingress.send('Swapped/work', name);
    const gate = String(await world().trace.waitForDetail(`gate ${name}`));
    await world().admin.waitForStatus(invocationId, 'suspended');
    await world().services.restart({ version });

    await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });
    const status = world().target.differs('mismatch-pauses', { restate: 'backing-off', holdfast: 'paused' });
    const row = await world().admin.waitForStatus(invocationId, status);
    if (status === 'backing-off') {
      await waitUntil(
        'it has been retried',
        async () => ((await world().admin.findInvocation(invocationId))?.retry_count ?? 0) >= 2,
      );
    }
    await world().services.restart({ version: 'v1' });
    await world().admin.act(invocationId, 'resume');
    const answer = await world().ingress.attach(invocationId);

    expect(row.last_failure?.toLowerCase()).toContain('mismatch');
    expect(answer.json()).toBe('v1 finished with go');
    expect(world().trace.count(`charge ${name}`)).toBe(1);
    expect(world().trace.count(`after the gate ${name} ${version}`)).toBe(0);
  },
);
