import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'waiter' } });

async function startWaiting(
  idempotencyKey = unique('idem'),
): Promise<{ invocationId: string; finish: () => Promise<void> }> {
  const name = unique('wait');
  const { invocationId } = await world().ingress.send('Waiter/wait', name, {
    headers: { 'idempotency-key': idempotencyKey },
  });
  const event = await world().trace.waitForDetail(`waiting ${name}`);
  const finish = async (): Promise<void> => {
    await world().ingress.ask(`/restate/awakeables/${String(event)}/resolve`, { json: 'done' });
  };
  return { invocationId, finish };
}

test('output is not ready while the invocation runs, and the stored answer afterwards', async () => {
  const { invocationId, finish } = await startWaiting();

  const early = await world().ingress.output(invocationId);
  await finish();
  await world().ingress.attach(invocationId);
  const late = await world().ingress.output(invocationId);

  expect(early.status).toBe(470);
  expect(late.status).toBe(200);
  expect(late.json()).toEqual({ value: 'done' });
  expect(late.headers.get('content-type')).toBe('application/json');
  expect(late.headers.get('x-restate-id')).toBe(invocationId);
});

test('attach waits for the end of a running invocation', async () => {
  const { invocationId, finish } = await startWaiting();

  const attached = world().ingress.attach(invocationId);
  await finish();

  expect((await attached).json()).toEqual({ value: 'done' });
});

test('many may attach to one invocation', async () => {
  const { invocationId, finish } = await startWaiting();

  const attached = Promise.all(Array.from({ length: 10 }, () => world().ingress.attach(invocationId)));
  await finish();

  expect((await attached).map((one) => one.text)).toEqual(Array.from({ length: 10 }, () => '{"value":"done"}'));
});

test('attach and output of an unknown invocation are 404', async () => {
  const { invocationId } = await startWaiting();
  const unknown = `${invocationId.slice(0, -4)}0000`;

  expect((await world().ingress.attach(unknown)).status).toBe(404);
  expect((await world().ingress.output(unknown)).status).toBe(404);
});

test('attach and output of a malformed id are 400', async () => {
  expect((await world().ingress.attach('inv_nonsense')).status).toBe(400);
  expect((await world().ingress.output('inv_nonsense')).status).toBe(400);
});

test('attach answers the failure of an invocation that failed', async () => {
  const { invocationId } = await world().ingress.send('Waiter/fail', 'no', {
    headers: { 'idempotency-key': unique('idem') },
  });

  const attached = await world().ingress.attach(invocationId);

  expect(attached.status).toBe(409);
  expect(attached.headers.get('x-restate-error-source')).toBe('invocation');
  expect(attached.json()).toMatchObject({ code: 409, message: 'no' });
});

test('attach and output find an invocation by its idempotency key', async () => {
  const key = unique('idem');
  const { finish } = await startWaiting(key);
  const base = `/restate/invocation/Waiter/wait/${key}`;

  const early = await world().ingress.get(`${base}/output`);
  await finish();
  const attached = await world().ingress.get(`${base}/attach`);
  const late = await world().ingress.get(`${base}/output`);

  expect([early.status, attached.status, late.status]).toEqual([470, 200, 200]);
  expect(attached.json()).toEqual({ value: 'done' });
});

test('attach and output take the target as a JSON body', async () => {
  const key = unique('idem');
  const { invocationId, finish } = await startWaiting(key);
  await finish();
  const byId = { target: 'invocation', invocationId };
  const byKey = { target: 'idempotentInvocation', service: 'Waiter', handler: 'wait', idempotencyKey: key };

  for (const target of [byId, byKey]) {
    const attached = await world().ingress.ask('/restate/attach', { json: target });
    const output = await world().ingress.ask('/restate/output', { json: target });
    expect([attached.status, attached.text]).toEqual([200, '{"value":"done"}']);
    expect([output.status, output.text]).toEqual([200, '{"value":"done"}']);
  }
});

test('the short forms of attach and output take an id', async () => {
  const { invocationId, finish } = await startWaiting();
  await finish();

  expect((await world().ingress.get(`/restate/attach/${invocationId}`)).json()).toEqual({ value: 'done' });
  expect((await world().ingress.get(`/restate/output/${invocationId}`)).json()).toEqual({ value: 'done' });
});

test('lookup tells the id of an idempotent invocation', async () => {
  const key = unique('idem');
  const { invocationId, finish } = await startWaiting(key);
  await finish();

  const found = await world().ingress.ask('/restate/lookup', {
    json: { target: 'idempotentInvocation', service: 'Waiter', handler: 'wait', idempotencyKey: key },
  });

  expect(found.status).toBe(200);
  expect(found.json()).toMatchObject({ invocationId });
});

test('a handler attaches to an invocation and gets its answer', async () => {
  const { invocationId, finish } = await startWaiting();

  const attached = world().ingress.call('Waiter/attach', invocationId);
  await finish();

  expect(await attached).toEqual({ value: { value: 'done' } });
});

test('a handler that attaches to an unknown invocation gets failure 404', async () => {
  const { invocationId } = await startWaiting();

  expect(await world().ingress.call('Waiter/attach', `${invocationId.slice(0, -4)}0000`)).toMatchObject({ code: 404 });
});

test('the published client gets the result of what it has sent', async () => {
  const { invocationId, finish } = await startWaiting();
  await finish();

  const result = await world().target.client.result({ invocationId, status: 'Accepted', attachable: true });

  expect(result).toEqual({ value: 'done' });
});
