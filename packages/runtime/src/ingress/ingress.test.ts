import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { formatAwakeableId, invocationIdFromBytes, workflowInvocationId } from '@holdfast/protocol';
import type { AttachReply, EngineCommand, Invoke } from '../engine/command.ts';
import { ManualClock } from '../invoker/manual-clock.ts';
import { accepted, closeScenes, deploymentOne, json, openScene } from './ingress-scene.ts';
import type { IngressScene } from './ingress-scene.ts';

afterEach(closeScenes);

const someId = invocationIdFromBytes(Uint8Array.from({ length: 24 }, (_, index) => index + 1));
const target = {
  service: 'Greeter',
  handler: 'greet',
  key: '',
  serviceKind: 'service',
  handlerKind: 'stateless',
} as const;
const facts = { id: someId, deployment: deploymentOne, target };

/** Sends bytes as they are and reads until the other side closes or the text has what is looked for. */
function askRaw(scene: IngressScene, text: string, until: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(scene.ingress.port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString();
      if (received.includes(until)) socket.end();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

test('attach answers a stored result, waits for a running invocation, and knows what does not exist', async () => {
  const scene = await openScene();
  const replies: AttachReply[] = [
    { kind: 'completed', result: json('done'), expiresAt: Date.UTC(2030, 0, 1), ...facts },
    { kind: 'running', ...facts },
    { kind: 'notFound' },
  ];
  scene.partition.answer(() => replies.shift());

  const stored = await scene.ask(`/restate/invocation/${someId}/attach`);
  const waiting = scene.ask(`/restate/attach/${someId}`);
  await expect.poll(() => replies.length).toBe(1);
  scene.partition.complete(someId, json('later'));
  const absent = await scene.ask(`/restate/attach/${someId}`);

  expect(await stored.json()).toBe('done');
  expect(stored.headers.get('idempotency-expires')).toBe('2030-01-01T00:00:00.000Z');
  expect(await (await waiting).json()).toBe('later');
  expect(absent.status).toBe(404);
  expect(absent.headers.get('x-restate-error-source')).toBe('invocation');
});

test('output never waits', async () => {
  const scene = await openScene();
  const replies: AttachReply[] = [{ kind: 'running', ...facts }, { kind: 'notFound' }];
  scene.partition.answer(() => replies.shift());

  const running = await scene.ask(`/restate/output/${someId}`);
  const absent = await scene.ask(`/restate/output/${someId}`);

  expect(running.status).toBe(470);
  expect(await running.json()).toMatchObject({ code: 470, errorCode: 'INVOCATION_NOT_READY' });
  expect(absent.status).toBe(404);
  expect(absent.headers.get('x-restate-error-source')).toBe('ingress');
});

test('an invocation can be named in a body, and looked up without a partition', async () => {
  const scene = await openScene();
  const body = JSON.stringify({ target: 'workflow', workflowName: 'Signup', workflowKey: 'k' });

  const looked = await scene.ask('/restate/lookup', { method: 'POST', body });

  expect(await looked.json()).toEqual({ invocationId: workflowInvocationId({ name: 'Signup', key: 'k' }) });
  expect(scene.partition.submitted).toEqual([]);
});

test.each([
  ['{"target":"workflow"}', 'BODY_REFUSED'],
  ['{"target":"workflow","workflowName":"a","workflowKey":"b","scope":"s"}', 'BODY_REFUSED'],
  ['not json', 'BODY_REFUSED'],
  ['{"target":"invocation","invocationId":"inv_nonsense"}', 'INVOCATION_ID_REFUSED'],
])('the body %s does not name an invocation', async (body, code) => {
  const scene = await openScene();

  const answer = await scene.ask('/restate/attach', { method: 'POST', body });

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errorCode: code });
});

test('awakeables are resolved with bytes and rejected with a text', async () => {
  const scene = await openScene();
  scene.partition.answer(() => ({ kind: 'delivered' }));
  const id = formatAwakeableId(someId, 17);

  const resolved = await scene.ask(`/restate/awakeables/${id}/resolve`, { method: 'POST', body: '"yes"' });
  await scene.ask(`/restate/a/${id}/reject`, { method: 'POST', body: 'no' });

  expect(resolved.status).toBe(202);
  expect(scene.partition.submitted).toEqual([
    {
      kind: 'deliverSignal',
      invocation: someId,
      signal: { kind: 'signal', id: 17 },
      result: { kind: 'success', value: Buffer.from('"yes"') },
    },
    {
      kind: 'deliverSignal',
      invocation: someId,
      signal: { kind: 'signal', id: 17 },
      result: { kind: 'failure', failure: { code: 500, message: 'no', metadata: [] } },
    },
  ]);
});

test('an awakeable id that would cancel its invocation is refused', async () => {
  const scene = await openScene();

  const answer = await scene.ask(`/restate/a/${formatAwakeableId(someId, 1)}/resolve`, { method: 'POST' });

  expect(answer.status).toBe(400);
  expect(scene.partition.submitted).toEqual([]);
});

test('health lists services, and everything is 503 until the registry is loaded', async () => {
  const ready = await openScene();
  const starting = await openScene({ registry: undefined });

  expect(await (await ready.ask('/restate/health')).json()).toEqual({ services: ['Counter', 'Greeter', 'Signup'] });
  for (const path of ['/restate/health', '/Greeter/greet', '/Nobody/greet']) {
    expect((await starting.ask(path)).status).toBe(503);
  }
});

test('a method that a path does not take is 405 and names those that it does', async () => {
  const scene = await openScene();

  const put = await scene.ask('/Greeter/greet', { method: 'PUT', body: 'x' });
  const posted = await scene.ask(`/restate/attach/${someId}`, { method: 'POST' });

  expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET']);
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
});

test('web pages of any origin may call', async () => {
  const scene = await openScene();
  scene.partition.answer((command: EngineCommand) => accepted(command as Invoke, { result: json(1) }));
  const headers = { origin: 'https://example.com' };

  const preflight = await scene.ask('/Greeter/greet', {
    method: 'OPTIONS',
    headers: {
      ...headers,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'idempotency-key',
    },
  });
  const called = await scene.ask('/Greeter/greet', { method: 'POST', headers });

  expect(preflight.status).toBe(200);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('idempotency-key');
  expect(called.headers.get('access-control-allow-origin')).toBe('*');
});

test.each(['with its length', 'in chunks'])('a body over the limit, sent %s, is 413', async (how) => {
  const scene = await openScene();
  const text = 'x'.repeat(100_000);
  const body = how === 'in chunks' ? new Blob([text]).stream() : text;

  const answer = await scene.ask('/Greeter/greet', { method: 'POST', body, duplex: 'half' });

  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ errorCode: 'BODY_TOO_LARGE' });
  expect(scene.partition.submitted).toEqual([]);
});

test('a body that stops arriving is given up', async () => {
  const clock = new ManualClock();
  const scene = await openScene({ clock, limits: { bodyIdleMs: 1_000 } });

  const asking = askRaw(scene, 'POST /Greeter/greet HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc', '\r\n\r\n{');
  await expect.poll(() => clock.pending).toBeGreaterThan(0);
  await clock.advance(60_000);

  expect(await asking).toMatch(/^HTTP\/1.1 408 /);
});

test('requests beyond the limit are turned away while others wait', async () => {
  const scene = await openScene({ limits: { openRequestsMax: 1 } });
  scene.partition.answer((command) => accepted(command as Invoke));
  const waiting = scene.ask('/Greeter/greet', { method: 'POST' });
  await expect.poll(() => scene.partition.invokes.length).toBe(1);

  const turnedAway = await scene.ask('/Greeter/greet', { method: 'POST' });

  expect(turnedAway.status).toBe(429);
  const [invoke] = scene.partition.invokes;
  if (invoke !== undefined) scene.partition.complete(invoke.id, json(1));
  expect((await waiting).status).toBe(200);
});

test.each([
  ['no HTTP at all\r\n\r\n', /^HTTP\/1.1 400 /],
  [`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'y'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1.1 431 /],
  ['GET /Greeter/greet HTTP/1.1\r\nhost: x\r\nx-bad: a\u0000b\r\n\r\n', /^HTTP\/1.1 400 /],
])('bytes that are no request are answered and not served', async (bytes, head) => {
  const scene = await openScene();

  expect(await askRaw(scene, bytes, '}')).toMatch(head);
  expect(scene.partition.submitted).toEqual([]);
});

test('a connection is used for one request after the other', async () => {
  const scene = await openScene();
  const request = 'GET /restate/health HTTP/1.1\r\nhost: x\r\n\r\n';

  const received = await askRaw(scene, request + request.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'), 'never');

  expect(received.match(/HTTP\/1.1 200/g)).toHaveLength(2);
});

test('bodies that together are too large are turned away, and make room when they are accepted', async () => {
  const scene = await openScene({ limits: { bodyBytesMax: 1_000, bufferedBytesMax: 1_500 } });
  const body = 'x'.repeat(1_000);
  const gate = Promise.withResolvers<void>();
  scene.partition.answer(async (command) => {
    await gate.promise;
    return accepted(command as Invoke);
  });

  const first = scene.ask('/Greeter/greet/send', { method: 'POST', body });
  await expect.poll(() => scene.partition.invokes.length).toBe(1);
  const second = await scene.ask('/Greeter/greet/send', { method: 'POST', body });
  gate.resolve();
  await first;
  const third = await scene.ask('/Greeter/greet/send', { method: 'POST', body });

  expect([second.status, third.status]).toEqual([429, 202]);
});
