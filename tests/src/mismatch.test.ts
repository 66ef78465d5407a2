/**
 * Promise 4: code that does not fit the journal is stopped before its first diverging effect, the invocation is paused at once and
 * says why, the journal is unchanged, and the right code completes it.
 */
import { describe, expect, test } from 'vitest';
import { useWorld } from './harness/conformance-world.ts';
import { chosenTarget } from './harness/target-command.ts';
import { unique } from './harness/unique.ts';

describe.skipIf(chosenTarget() !== 'holdfast')('other code at the address of version 1', () => {
  const world = useWorld({ services: { module: 'swapped', version: 'v1', alwaysSuspend: true } });

  const journalOf = (id: string): Promise<unknown[]> =>
    world().admin.query(`select index, entry_type, name from sys_journal where id = '${id}' order by index`);

  /** Waits at the gate on version 1; then its process is replaced and the gate is opened. */
  async function startAndSwap(version: string): Promise<{ name: string; invocationId: string }> {
    const name = unique('work');
    const { invocationId } = await world().ingress.send('Swapped/work', name);
    const gate = String(await world().trace.waitForDetail(`gate ${name}`));
    await world().admin.waitForStatus(invocationId, 'suspended');
    await world().services.restart({ version });
    await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });
    return { name, invocationId };
  }

  test('pauses at once and names the entry, what was expected, what was found and the deployment', async () => {
    const { name, invocationId } = await startAndSwap('other-name');
    await world().admin.waitForStatus(invocationId, 'paused');

    const answer = await world().admin.ask(`/invocations/${invocationId}`);

    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      id: invocationId,
      status: 'paused',
      pin: { deployment: world().deploymentId },
      mismatch: {
        command_index: 1,
        entry_index: 1,
        expected: { kind: 'run', name: 'charge' },
        found: expect.stringContaining('charge twice'),
        recorded_by: world().deploymentId,
        replayed_by: world().deploymentId,
        next: expect.stringContaining(`resume ${invocationId}`),
      },
      // One attempt of the other code is all there was: a mismatch is no transient failure.
      retries: { counted: 1 },
    });
    expect(world().trace.count(`charge ${name}`)).toBe(1);

    await world().services.restart({ version: 'v1' });
    await world().admin.act(invocationId, 'kill');
  });

  test('leaves the journal as it was, and resume completes the invocation when the right code is back', async () => {
    const { name, invocationId } = await startAndSwap('other-type');
    await world().admin.waitForStatus(invocationId, 'paused');
    const paused = await journalOf(invocationId);

    await world().services.restart({ version: 'v1' });
    const resumed = await world().admin.act(invocationId, 'resume');
    const answer = await world().ingress.attach(invocationId);

    expect(resumed.status).toBeLessThan(300);
    expect(answer.json()).toBe('v1 finished with go');
    expect(world().trace.count(`charge ${name}`)).toBe(1);
    expect(paused.map((one) => (one as { entry_type: string }).entry_type)).toEqual([
      'Command: Input',
      'Command: Run',
      'Notification: Run',
      'Notification: Signal',
    ]);
    expect((await journalOf(invocationId)).slice(0, paused.length)).toEqual(paused);
  });

  test('stays paused when it is resumed while the wrong code is still there', async () => {
    const { invocationId } = await startAndSwap('shorter');
    const attempts = (await world().admin.waitForStatus(invocationId, 'paused')).journal_size;

    await world().admin.act(invocationId, 'resume');
    const again = await world().admin.waitForStatus(invocationId, 'paused');

    expect(again.journal_size).toBe(attempts);
    await world().services.restart({ version: 'v1' });
    await world().admin.act(invocationId, 'resume');
    expect((await world().ingress.attach(invocationId)).json()).toBe('v1 finished with go');
  });
});

describe.skipIf(chosenTarget() !== 'holdfast')('other code on our SDK at the address of version 1', () => {
  const world = useWorld({ services: { ours: true, module: 'sdk-basics', version: 'v1' } });

  test('pauses at once, with both sides, the reason field by field, and the journal as it was', async () => {
    const name = unique('work');
    const { invocationId } = await world().ingress.send('Work/swapped', name);
    const gate = String(await world().trace.waitForDetail(`gate ${name}`));
    await world().services.restart({ version: 'v2' });
    await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });
    await world().admin.waitForStatus(invocationId, 'paused');

    const answer = await world().admin.ask(`/invocations/${invocationId}`);
    const journal = await world().admin.query(`select entry_type, name from sys_journal where id = '${invocationId}'`);

    expect(answer.json()).toMatchObject({
      status: 'paused',
      mismatch: {
        command_index: 1,
        entry_index: 1,
        expected: { kind: 'run', name: 'score' },
        found: 'step "score in percent"',
        message: expect.stringContaining('\n  name: recorded "score", found "score in percent"\n'),
        recorded_by: world().deploymentId,
        replayed_by: world().deploymentId,
        next: `holdfast invocations resume ${invocationId}`,
      },
    });
    expect(journal).toHaveLength(6);
    expect(world().trace.count(`score in percent ${name}`)).toBe(0);
  });
});
