import { afterEach, expect, test } from 'vitest';
import type { Result } from '@holdfast/protocol';
import { PartitionUnavailable } from '../partition/port.ts';
import type { Clock } from '../clock.ts';
import type { Invoke } from '../engine/command.ts';
import { accepted, acceptedFacts, closeScenes, deploymentOne, json, openScene } from './ingress-scene.ts';
import type { IngressScene, ScriptedPartition } from './ingress-scene.ts';

afterEach(closeScenes);

const post = (body?: string): RequestInit => ({ method: 'POST', ...(body === undefined ? {} : { body }) });
const unknown = (): never => {
  throw new PartitionUnavailable('OUTCOME_UNKNOWN', 'nobody knows');
};

/** Accepts every invocation; the test completes it. */
function acceptAll(partition: ScriptedPartition): void {
  partition.answer((command) => accepted(command as Invoke));
}

/** Accepts and completes every invocation at once. */
function answerAll(partition: ScriptedPartition, result: Result): void {
  partition.answer((command) => accepted(command as Invoke, { result }));
}

/** Time that passes as soon as somebody waits for it. */
const hastyClock: Clock = {
  now: () => 1_000_000,
  wall: () => 1_000_000,
  setTimer(_delayMs, callback) {
    const handle = setImmediate(callback);
    return { cancel: () => clearImmediate(handle) };
  },
};

async function invokeOf(scene: IngressScene): Promise<Invoke> {
  await expect.poll(() => scene.partition.invokes.length).toBeGreaterThan(0);
  const [invoke] = scene.partition.invokes;
  if (invoke === undefined) throw new Error('No invocation was submitted.');
  return invoke;
}

test('a call waits for the result and answers it with the content type of the deployment that ran it', async () => {
  const scene = await openScene();
  acceptAll(scene.partition);

  const asking = scene.ask('/Greeter/bytes', post('in'));
  const invoke = await invokeOf(scene);
  await expect.poll(() => scene.partition.waitersOf(invoke.id)).toBe(1);
  scene.partition.complete(invoke.id, { kind: 'success', value: Uint8Array.of(1, 2) });
  const answer = await asking;

  expect(answer.status).toBe(200);
  expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([1, 2]);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('x-restate-id')).toBe(invoke.id);
  expect(answer.headers.get('x-holdfast-deployment')).toBe(deploymentOne);
  expect(scene.partition.waitersOf(invoke.id)).toBe(0);
});

test('a completion that comes before the reply of its own command is not missed', async () => {
  const scene = await openScene();
  scene.partition.answer((command) => {
    const invoke = command as Invoke;
    scene.partition.complete(invoke.id, json('early'));
    return accepted(invoke);
  });

  const answer = await scene.ask('/Greeter/greet', post());

  expect(await answer.json()).toBe('early');
});

test('a call whose outcome is unknown is repeated with the same id', async () => {
  const scene = await openScene({ clock: hastyClock });
  let tries = 0;
  scene.partition.answer((command) => {
    tries += 1;
    return tries < 3 ? unknown() : accepted(command as Invoke, { repeated: true, result: json('once') });
  });

  const answer = await scene.ask('/Greeter/greet', post());

  expect(await answer.json()).toBe('once');
  expect(new Set(scene.partition.invokes.map((invoke) => invoke.id)).size).toBe(1);
  expect(scene.partition.invokes).toHaveLength(3);
});

test('a call whose outcome stays unknown is answered 503 with the id to ask for', async () => {
  const scene = await openScene({ clock: hastyClock });
  scene.partition.answer(unknown);

  const answer = await scene.ask('/Greeter/greet', post());

  expect(answer.status).toBe(503);
  expect(answer.headers.get('x-restate-id')).toMatch(/^inv_1/);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({ code: 503, errorCode: 'OUTCOME_UNKNOWN', source: 'ingress' });
});

test('a caller that waits while the partition restarts is attached again', async () => {
  const scene = await openScene({ clock: hastyClock });
  acceptAll(scene.partition);
  const asking = scene.ask('/Greeter/greet', post());
  const invoke = await invokeOf(scene);
  await expect.poll(() => scene.partition.waitersOf(invoke.id)).toBe(1);

  let asked = 0;
  scene.partition.answer(() => {
    asked += 1;
    // The first try meets the partition while it reads its store.
    if (asked === 1) throw new PartitionUnavailable('STORE_UNAVAILABLE', 'restarting');
    return { kind: 'running', ...acceptedFacts(invoke) };
  });
  scene.partition.complete(invoke.id, undefined);
  await expect.poll(() => asked).toBe(2);
  scene.partition.complete(invoke.id, json('after'));

  expect(await (await asking).json()).toBe('after');
});

test('a second run of a workflow is refused, and its execution named', async () => {
  const scene = await openScene();
  scene.partition.answer((command) => accepted(command as Invoke, { repeated: true, result: json(1) }));

  const answer = await scene.ask('/Signup/k/run', post());

  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ errorCode: 'WORKFLOW_ALREADY_STARTED' });
});

test('a workflow run that may be our own first try is neither refused nor answered with another call’s result', async () => {
  const scene = await openScene({ clock: hastyClock });
  let tries = 0;
  scene.partition.answer((command) => {
    tries += 1;
    return tries === 1 ? unknown() : accepted(command as Invoke, { repeated: true, result: json(1) });
  });

  const answer = await scene.ask('/Signup/k/run', post());

  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ errorCode: 'OUTCOME_UNKNOWN' });
});

test('runs of one workflow key, and requests with one idempotency key, have one id; other requests have their own', async () => {
  const scene = await openScene();
  answerAll(scene.partition, json(1));
  const keyed = { ...post(), headers: { 'idempotency-key': 'ik' } };

  for (const [path, init] of [
    ['/Signup/k/run', post()],
    ['/Signup/k/run', post()],
    ['/Greeter/greet', keyed],
    ['/Greeter/greet', keyed],
    ['/Greeter/greet', post()],
    ['/Greeter/greet', post()],
  ] as const) {
    await scene.ask(path, init);
  }

  const ids = scene.partition.invokes.map((invoke) => invoke.id);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).toBe(ids[3]);
  expect(new Set(ids).size).toBe(4);
});

test('a stored result says until when it is kept', async () => {
  const scene = await openScene();
  scene.partition.answer((command) =>
    accepted(command as Invoke, { repeated: true, result: json(1), expiresAt: Date.UTC(2030, 0, 1) }),
  );

  const answer = await scene.ask('/Greeter/greet', { ...post(), headers: { 'idempotency-key': 'ik' } });

  expect(answer.headers.get('idempotency-expires')).toBe('2030-01-01T00:00:00.000Z');
});

test('the input has the path and the headers of the request, without those of the connection', async () => {
  const scene = await openScene();
  answerAll(scene.partition, json(1));

  await scene.ask('/Greeter/greet?x=1', {
    method: 'POST',
    body: '{}',
    headers: {
      'content-type': 'application/json',
      'X-Trace': 'abc',
      'idempotency-key': 'ik',
      'x-name': 'J\u00c3\u00bcrgen',
    },
  });

  const [invoke] = scene.partition.invokes;
  const names = invoke?.headers.map(([name]) => name);
  expect(invoke?.headers[0]).toEqual(['x-restate-ingress-path', '/Greeter/greet?x=1']);
  expect(names).toEqual(expect.arrayContaining(['x-trace', 'content-type']));
  expect(names).not.toEqual(expect.arrayContaining(['host']));
  expect(names).not.toEqual(expect.arrayContaining(['idempotency-key']));
  expect(invoke?.headers).toContainEqual(['x-name', 'Jürgen']);
  expect(invoke).toMatchObject({ contentType: 'application/json', idempotencyKey: 'ik' });
});

test('an explicit deployment is passed on, and text that is none is refused', async () => {
  const scene = await openScene();
  answerAll(scene.partition, json(1));

  await scene.ask('/Greeter/greet', { ...post(), headers: { 'x-holdfast-deployment': deploymentOne } });
  const refused = await scene.ask('/Greeter/greet', { ...post(), headers: { 'x-holdfast-deployment': 'latest' } });

  expect(scene.partition.invokes.map((invoke) => invoke.deployment)).toEqual([deploymentOne]);
  expect(refused.status).toBe(400);
});

test.each([
  [422, 422],
  [409, 409],
  [999, 999],
  [0, 500],
  [100, 500],
  [204, 500],
  [301, 500],
  [70_000, 500],
])('a failure with code %d is answered with status %d and keeps its code', async (code, status) => {
  const scene = await openScene();
  answerAll(scene.partition, { kind: 'failure', failure: { code, message: 'no', metadata: [['__proto__', 'x']] } });

  const answer = await scene.ask('/Greeter/greet', post());

  expect(answer.status).toBe(status);
  expect(answer.headers.get('x-restate-error-source')).toBe('invocation');
  expect(await answer.text()).toBe(
    JSON.stringify({ code, message: 'no', metadata: JSON.parse('{"__proto__":"x"}') as unknown, source: 'invocation' }),
  );
});

test('a refusal of the engine is answered with its code, message and hint, and names no invocation', async () => {
  const scene = await openScene();
  scene.partition.answer(() => ({
    kind: 'refused',
    refusal: { code: 'INPUT_REFUSED', message: 'The body is empty.', hint: 'Send one.', details: { handler: 'greet' } },
  }));

  const answer = await scene.ask('/Greeter/greet', post());

  expect(answer.status).toBe(400);
  expect(answer.headers.get('x-restate-id')).toBeNull();
  expect(await answer.json()).toEqual({
    code: 400,
    message: 'The body is empty.',
    source: 'ingress',
    errorCode: 'INPUT_REFUSED',
    hint: 'Send one.',
    details: { handler: 'greet' },
  });
});

test('a caller that leaves stops waiting, and nothing is logged', async () => {
  const scene = await openScene();
  acceptAll(scene.partition);
  const leave = new AbortController();
  const asking = scene.ask('/Greeter/greet', { ...post(), signal: leave.signal });
  const invoke = await invokeOf(scene);
  await expect.poll(() => scene.partition.waitersOf(invoke.id)).toBe(1);

  leave.abort();

  await expect(asking).rejects.toThrow();
  await expect.poll(() => scene.partition.waitersOf(invoke.id)).toBe(0);
  expect(scene.errors).toEqual([]);
});

test('closing answers waiting callers with what to do, and stops', async () => {
  const scene = await openScene();
  acceptAll(scene.partition);
  const asking = scene.ask('/Greeter/greet', post());
  const invoke = await invokeOf(scene);
  await expect.poll(() => scene.partition.waitersOf(invoke.id)).toBe(1);

  await scene.ingress.close();

  const answer = await asking;
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ errorCode: 'SHUTTING_DOWN', details: { invocation: invoke.id } });
  await expect(scene.ask('/restate/health')).rejects.toThrow();
});

test('a send is answered before it runs, with the time at which it will', async () => {
  const scene = await openScene({ clock: { ...hastyClock, now: () => Date.UTC(2030, 0, 1) } });
  acceptAll(scene.partition);

  const now = await scene.ask('/Greeter/greet/send', post());
  const later = await scene.ask('/Counter/k/add/send?delay=60%20sec', post());

  expect(now.status).toBe(202);
  expect(await now.json()).toEqual({ invocationId: scene.partition.invokes[0]?.id, status: 'Accepted' });
  expect(await later.json()).toEqual({
    invocationId: scene.partition.invokes[1]?.id,
    status: 'Accepted',
    executionTime: '2030-01-01T00:01:00.000Z',
  });
  expect(scene.partition.invokes.map((invoke) => invoke.startAt)).toEqual([0, Date.UTC(2030, 0, 1) + 60_000]);
});

test('a repeated send says so, unless the repetition was our own', async () => {
  const scene = await openScene({ clock: hastyClock });
  scene.partition.answer((command) => accepted(command as Invoke, { repeated: true }));
  const repeated = await scene.ask('/Greeter/greet/send', { ...post(), headers: { 'idempotency-key': 'ik' } });
  let tries = 0;
  scene.partition.answer((command) => {
    tries += 1;
    return tries === 1 ? unknown() : accepted(command as Invoke, { repeated: true });
  });
  const own = await scene.ask('/Greeter/greet/send', post());

  expect(await repeated.json()).toMatchObject({ status: 'PreviouslyAccepted' });
  expect(await own.json()).toMatchObject({ status: 'Accepted' });
});

test.each([
  ['/Greeter/greet?delay=1s', 'PARAMETER_REFUSED'],
  ['/Greeter/greet/send?delay=soon', 'PARAMETER_REFUSED'],
  ['/Greeter/greet/send?limit-key=a', 'SCOPE_REFUSED'],
])('the request %s is refused as %s before anything is submitted', async (path, code) => {
  const scene = await openScene();

  const answer = await scene.ask(path, post());

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errorCode: code });
  expect(scene.partition.submitted).toEqual([]);
});

test('overload is answered 429 with when to come back, and is not repeated here', async () => {
  const scene = await openScene();
  scene.partition.answer(() => {
    throw new PartitionUnavailable('OVERLOADED', 'too much');
  });

  const answer = await scene.ask('/Greeter/greet', post());

  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(scene.partition.submitted).toHaveLength(1);
});

test('a store that fails is answered 503, which is not the fault of the caller, and is not repeated here', async () => {
  const scene = await openScene();
  scene.partition.answer(() => {
    throw new PartitionUnavailable('STORE_UNAVAILABLE', 'restarting');
  });

  const answer = await scene.ask('/Greeter/greet', post());

  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({ errorCode: 'STORE_UNAVAILABLE' });
  expect(scene.partition.submitted).toHaveLength(1);
});

test('a full disk is answered 503 with its reason, and is not repeated here', async () => {
  const scene = await openScene();
  scene.partition.answer(() => {
    throw new PartitionUnavailable('STORE_FULL', 'no space');
  });

  const answer = await scene.ask('/Greeter/greet', post());

  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({
    errorCode: 'STORE_FULL',
    message: 'There is no space left for the store. The request had no effect.',
  });
  expect(scene.partition.submitted).toHaveLength(1);
});

test('a bug is logged and tells the caller nothing of the inside', async () => {
  const scene = await openScene();
  scene.partition.answer(() => {
    throw new Error('secret inside');
  });

  const answer = await scene.ask('/Greeter/greet', post());

  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret inside');
  expect(scene.errors).toHaveLength(1);
});
