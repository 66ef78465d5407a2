import { beforeAll, describe, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

/**
 * What happens to work when a newer version of its code is registered. Each test starts work on version 1, registers
 * version 2 at another address, lets the work go on and asks which version did it.
 */
const world = useWorld({ services: { module: 'versioned', version: 'v1', alwaysSuspend: true } });

interface Waiting {
  readonly invocationId: string;
  readonly gate: string;
}

async function startWaiting(handler: string, event: string): Promise<Waiting> {
  const name = unique('wait');
  const { invocationId } = await world().ingress.send(handler, name);
  const gate = String(await world().trace.waitForDetail(`${event} ${name}`));
  await world().admin.waitForStatus(invocationId, 'suspended');
  return { invocationId, gate };
}

async function resultOf({ invocationId, gate }: Waiting): Promise<unknown> {
  await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });
  return (await world().ingress.attach(invocationId)).json();
}

describe('after version 2 has been registered at another address', () => {
  const work: Partial<Record<'onlyWait' | 'stepAndWait' | 'callAfterWait' | 'hold', Waiting>> = {};
  let delayed = '';
  let queued = '';
  let broken = '';
  let finished = '';
  let idempotencyKey = '';
  const started = (name: keyof typeof work): Waiting => {
    const waiting = work[name];
    if (waiting === undefined) throw new Error(`${name} was not started.`);
    return waiting;
  };

  beforeAll(async () => {
    const key = unique('key');
    work.onlyWait = await startWaiting('Versioned/onlyWait', 'only wait');
    work.stepAndWait = await startWaiting('Versioned/stepAndWait', 'step and wait');
    work.callAfterWait = await startWaiting('Versioned/callAfterWait', 'call after wait');
    work.hold = await startWaiting(`VersionedObject/${key}/hold`, 'hold');
    queued = (await world().ingress.send(`VersionedObject/${key}/version`)).invocationId;
    const name = unique('broken');
    broken = (await world().ingress.send('Versioned/brokenInFirstVersion', name)).invocationId;
    await world().trace.waitFor(`broken ${name} v1`);
    idempotencyKey = unique('idem');
    const answer = await world().ingress.ask('/Versioned/echoVersion', {
      headers: { 'idempotency-key': idempotencyKey },
    });
    finished = answer.headers.get('x-restate-id') ?? '';

    const second = await world().startServices({ module: 'versioned', version: 'v2', alwaysSuspend: true });
    delayed = (await world().ingress.send('Versioned/version', undefined, { query: 'delay=3s' })).invocationId;
    await world().register(second);
  });

  test('new work goes to version 2', async () => {
    expect(await world().ingress.call('Versioned/version')).toBe('v2');
  });

  test('an invocation with a recorded step goes on where it was', async () => {
    expect(await resultOf(started('stepAndWait'))).toEqual({ recorded: 'v1', answered: 'v1' });
  });

  test('an invocation whose only act is to wait', async () => {
    expect(await resultOf(started('onlyWait'))).toBe(
      world().target.differs('pin-at-acceptance', { restate: 'v2', holdfast: 'v1' }),
    );
  });

  test('an invocation that waits in the queue of a key', async () => {
    await resultOf(started('hold'));

    const answer = await world().ingress.attach(queued);

    expect(answer.json()).toBe(world().target.differs('pin-at-acceptance', { restate: 'v2', holdfast: 'v1' }));
  });

  test('a delayed invocation', async () => {
    const answer = await world().ingress.attach(delayed);

    expect(answer.json()).toBe(world().target.differs('pin-at-acceptance', { restate: 'v2', holdfast: 'v1' }));
  });

  test('an invocation that fails before it has recorded anything', async () => {
    const moves = world().target.differs('pin-at-acceptance', { restate: true, holdfast: false });

    if (moves) {
      expect((await world().ingress.attach(broken)).json()).toBe('v2');
    } else {
      const before = await world().admin.waitForStatus(broken, 'backing-off', 'running');
      expect(before.pinned_deployment_id).toBe(world().deploymentId);
      await world().admin.act(broken, 'kill');
    }
  });

  test('a call to a service that the deployment of the caller serves', async () => {
    expect(await resultOf(started('callAfterWait'))).toEqual({
      callee: world().target.differs('calls-stay-in-deployment', { restate: 'v2', holdfast: 'v1' }),
      answered: 'v1',
    });
  });

  test('a repeated idempotent call still gets the first answer', async () => {
    const answer = await world().ingress.ask('/Versioned/echoVersion', {
      headers: { 'idempotency-key': idempotencyKey },
    });

    expect(answer.json()).toBe('v1');
  });

  test('a restart as new, without and with a choice of deployment', async () => {
    const versions = [];
    for (const query of ['', 'deployment=latest', 'deployment=keep', `deployment=${world().deploymentId}`]) {
      const answer = await world().admin.act(finished, 'restart-as-new', query);
      const { new_invocation_id: restarted } = answer.json<{ new_invocation_id: string }>();
      versions.push((await world().ingress.attach(restarted)).json());
    }

    expect(versions).toEqual([
      world().target.differs('restart-on-original', { restate: 'v2', holdfast: 'v1' }),
      'v2',
      'v1',
      'v1',
    ]);
  });
});

describe('removing a deployment', () => {
  test('without force', async () => {
    const service = await world().startServices({ module: 'dice' });
    const drained = await world().register(service);

    const answer = await world().admin.ask(`/deployments/${drained}`, { method: 'DELETE' });

    expect(answer.status).toBe(world().target.differs('delete-without-force', { restate: 501, holdfast: 202 }));
  });

  test('without force while it has work', async () => {
    const service = await world().startServices({ module: 'waiter' });
    const busy = await world().register(service);
    const name = unique('wait');
    const { invocationId } = await world().ingress.send('Waiter/wait', name);
    await world().trace.waitFor(`waiting ${name}`);

    const answer = await world().admin.ask(`/deployments/${busy}`, { method: 'DELETE' });

    expect(answer.status).toBe(world().target.differs('delete-without-force', { restate: 501, holdfast: 409 }));
    await world().admin.act(invocationId, 'kill');
  });

  test('with force', async () => {
    const service = await world().startServices({ module: 'contents' });
    const id = await world().register(service);

    const answer = await world().admin.ask(`/deployments/${id}?force=true`, {
      method: 'DELETE',
      headers: { 'x-holdfast-reason': 'the conformance suite removes what it has registered' },
    });

    expect(answer.status).toBe(202);
    expect((await world().admin.ask(`/deployments/${id}`)).status).toBe(404);
    expect((await world().ingress.ask('/Contents/noInput')).status).toBe(404);
  });

  test('that does not exist', async () => {
    const answer = await world().admin.ask('/deployments/dp_11nGQpCRmau6ypL82KH2TnP?force=true', {
      method: 'DELETE',
      headers: { 'x-holdfast-reason': 'the conformance suite asks for what is not there' },
    });

    expect(answer.status).toBe(404);
  });
});

test('registering an address again after its code has changed', async () => {
  const service = await world().startServices({ module: 'described' });
  const first = await world().register(service);
  await service.restart({ module: 'state-box' });

  const again = await world().tryRegister(service);

  const expected = world().target.differs('reregistration-looks', {
    restate: { status: 200, isSame: true, isServed: false },
    holdfast: { status: 201, isSame: false, isServed: true },
  });
  const isServed = (await world().admin.ask('/services/LazyBox')).status === 200;
  expect({ status: again.status, isSame: again.json<{ id: string }>().id === first, isServed }).toEqual(expected);
});
