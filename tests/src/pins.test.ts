/**
 * Promise 2 and 10: the pin is written when work is accepted. Work that has not executed a line of code yet is counted as the
 * work of its deployment, keeps that deployment from being removed, and finishes on it.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { useWorld } from './harness/conformance-world.ts';
import { chosenTarget } from './harness/target-command.ts';
import { unique } from './harness/unique.ts';
import { waitUntil } from './harness/wait-until.ts';

interface Work {
  readonly running: number;
  readonly suspended: number;
  readonly paused: number;
  readonly scheduled: number;
  readonly queued: number;
}

describe.skipIf(chosenTarget() !== 'holdfast')('after version 2 has become current', () => {
  const world = useWorld({ services: { module: 'versioned', version: 'v1', alwaysSuspend: true } });
  const invocations = { waiting: '', holding: '', queued: '', delayed: '' };
  let gates: string[] = [];
  let second = '';

  beforeAll(async () => {
    const key = unique('key');
    const name = unique('wait');
    invocations.waiting = (await world().ingress.send('Versioned/onlyWait', name)).invocationId;
    invocations.holding = (await world().ingress.send(`VersionedObject/${key}/hold`, name)).invocationId;
    gates = [
      String(await world().trace.waitForDetail(`only wait ${name}`)),
      String(await world().trace.waitForDetail(`hold ${name}`)),
    ];
    invocations.queued = (await world().ingress.send(`VersionedObject/${key}/version`)).invocationId;
    await world().admin.waitForStatus(invocations.waiting, 'suspended');
    await world().admin.waitForStatus(invocations.holding, 'suspended');

    const newer = await world().startServices({ module: 'versioned', version: 'v2' });
    invocations.delayed = (
      await world().ingress.send('Versioned/version', undefined, { query: 'delay=8s' })
    ).invocationId;
    second = await world().register(newer);
  });

  const workOf = async (deployment: string): Promise<Work> =>
    (await world().admin.ask(`/deployments/${deployment}`)).json<{ work: Work }>().work;

  test('new work goes to version 2 and says so', async () => {
    const answer = await world().ingress.ask('/Versioned/version');

    expect(answer.json()).toBe('v2');
    expect(answer.headers.get('x-holdfast-deployment')).toBe(second);
  });

  test('what waits, is queued or delayed is counted as work of version 1', async () => {
    expect(await workOf(world().deploymentId)).toMatchObject({ running: 0, suspended: 2, queued: 1, scheduled: 1 });
    expect(await workOf(second)).toMatchObject({ running: 0, suspended: 0, queued: 0, scheduled: 0 });
  });

  test('each of them shows its pin', async () => {
    for (const id of Object.values(invocations)) {
      expect((await world().admin.findInvocation(id))?.pinned_deployment_id, id).toBe(world().deploymentId);
    }
  });

  test('version 1 cannot be removed by accident: the answer names what it still holds', async () => {
    const answer = await world().admin.ask(`/deployments/${world().deploymentId}`, { method: 'DELETE' });

    const { details } = answer.json<{ details: { work: Work; blockers: { invocation: string }[] } }>();
    expect(answer.status).toBe(409);
    expect(details.work).toMatchObject({ suspended: 2, queued: 1, scheduled: 1 });
    expect(details.blockers.map((one) => one.invocation).toSorted()).toEqual(Object.values(invocations).toSorted());
    expect((await world().admin.ask(`/deployments/${world().deploymentId}`)).status).toBe(200);
  });

  test('all of it survives a crash and finishes on version 1, which can be removed then', async () => {
    await world().target.restart();

    for (const gate of gates) {
      expect((await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' })).status).toBe(202);
    }
    for (const id of Object.values(invocations)) {
      expect((await world().ingress.attach(id)).json(), id).toBe('v1');
    }

    await waitUntil('version 1 holds no work', async () =>
      Object.values(await workOf(world().deploymentId)).every((one) => one === 0),
    );
    const removed = await world().admin.ask(`/deployments/${world().deploymentId}`, { method: 'DELETE' });
    expect(removed.status).toBe(202);
    expect(await world().ingress.call('Versioned/version')).toBe('v2');
  });
});
