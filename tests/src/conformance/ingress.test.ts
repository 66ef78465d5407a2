import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { postLarge } from '../harness/post-large.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'caller' } });

interface IngressError {
  readonly code: number;
  readonly message: string;
  readonly source: string;
}

test('an unknown service and an unknown handler are 404, said as JSON', async () => {
  for (const path of ['/Nobody/home', '/Greeter/nothingLikeIt', '/Counter/key/nothingLikeIt', '/Nobody/home/send']) {
    const answer = await world().ingress.ask(path, { json: 'x' });
    const error = answer.json<IngressError>();
    expect(answer.status, path).toBe(404);
    expect(answer.headers.get('content-type'), path).toBe('application/json');
    expect(answer.headers.get('x-restate-error-source'), path).toBe('ingress');
    expect(error.code, path).toBe(404);
    expect(error.message.length, path).toBeGreaterThan(0);
  }
});

test('a path of the wrong shape is refused', async () => {
  // Of an object without a key, of a service with one, too short, empty.
  for (const path of ['/Counter/add', '/Greeter/key/greet', '/Greeter', '/']) {
    expect((await world().ingress.ask(path, { json: 'x' })).status, path).toBe(400);
  }
});

test('a method other than GET and POST is 405', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    expect((await world().ingress.ask('/Greeter/greet', { method, json: 'x' })).status, method).toBe(405);
  }
});

test('a handler without input can be called with GET', async () => {
  expect((await world().ingress.get('/Greeter/whoAmI')).status).toBe(200);
});

test('a body above 32 MiB is 413', async () => {
  expect(await postLarge(`${world().ingress.url}/Greeter/echo`, 33 * 1024 * 1024)).toBe(413);
});

test('calls and sends have a second form of their paths', async () => {
  const key = unique('key');

  const call = await world().ingress.ask('/restate/call/Greeter/greet', { json: 'Ada' });
  const objectCall = await world().ingress.ask(`/restate/call/Counter/${key}/add`, { json: 2 });
  const send = await world().ingress.ask('/restate/send/Greeter/greet', { json: 'Ada' });
  const objectSend = await world().ingress.ask(`/restate/send/Counter/${key}/add`, { json: 2 });

  expect([call.status, call.json()]).toEqual([200, 'Hello, Ada!']);
  expect([objectCall.status, objectCall.json()]).toEqual([200, 2]);
  expect([send.status, send.json<{ status: string }>().status]).toEqual([202, 'Accepted']);
  expect(objectSend.status).toBe(202);
  await world().ingress.attach(objectSend.json<{ invocationId: string }>().invocationId);
  expect(await world().ingress.call(`Counter/${key}/value`)).toBe(4);
});

test('a send names its invocation in the body and in a header', async () => {
  const answer = await world().ingress.ask('/Greeter/greet/send', { json: 'Ada' });

  expect(answer.status).toBe(202);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.json()).toMatchObject({ invocationId: answer.headers.get('x-restate-id'), status: 'Accepted' });
});

test('a scoped path is refused without flow control', async () => {
  expect((await world().ingress.ask('/restate/scope/tenant/call/Greeter/greet', { json: 'Ada' })).status).toBe(400);
});

test('a limit key without a scope is refused', async () => {
  expect(
    (await world().ingress.ask('/Greeter/greet', { json: 'Ada', headers: { 'x-restate-limit-key': 'one' } })).status,
  ).toBe(400);
});

test('health lists the services', async () => {
  const answer = await world().ingress.get('/restate/health');

  expect(answer.status).toBe(200);
  expect(answer.json<{ services: string[] }>().services.toSorted()).toEqual(['Caller', 'Counter', 'Greeter']);
});

test('the query string and path of the request reach the handler', async () => {
  const answer = await world().ingress.ask('/Greeter/whoAmI?who=me');

  expect(answer.json<{ headers: Record<string, string> }>().headers['x-restate-ingress-path']).toBe(
    '/Greeter/whoAmI?who=me',
  );
});

test('a browser may call from another origin', async () => {
  const answer = await world().ingress.ask('/Greeter/greet', {
    json: 'Ada',
    headers: { origin: 'https://example.com' },
  });

  expect(answer.headers.get('access-control-allow-origin')).toMatch(/^\*$|^https:\/\/example\.com$/);
});
