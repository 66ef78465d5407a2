import { connect } from '@restatedev/restate-sdk-clients';
import { expect, test } from 'vitest';
import { unique } from '../harness/unique.ts';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import type { greeter } from '../services/greeter.ts';

const world = useWorld({ services: { module: 'greeter' } });

test('a call through the published client answers the result of the handler', async () => {
  const client = connect({ url: world().ingress.url });

  const answer = await client.serviceClient<typeof greeter>({ name: 'Greeter' }).greet('Ada');

  expect(answer).toBe('Hello, Ada!');
});

test('a call over plain HTTP answers JSON and names its invocation', async () => {
  const answer = await world().ingress.ask('/Greeter/greet', { json: 'Ada' });

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('x-restate-id')).toMatch(/^inv_1/);
  expect(answer.json()).toBe('Hello, Ada!');
});

test('any JSON value passes through a call unchanged', async () => {
  const values = [null, true, 0, -1.5e300, '', 'ünïcödé 🦊', [], {}, { a: [1, { b: null }] }, { __proto__: 1 }];

  for (const value of values) {
    const answer = await world().ingress.ask('/Greeter/echo', { json: value });
    expect(answer.text).toBe(JSON.stringify(value));
  }
});

test('bytes pass through a call unchanged', async () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);

  const answer = await world().ingress.ask('/Greeter/bytes', {
    raw: all,
    headers: { 'content-type': 'application/octet-stream' },
  });

  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect([...answer.bytes]).toEqual(Array.from(all.toReversed()));
});

test('a payload of two megabytes passes through a call', async () => {
  const large = 'x'.repeat(2 * 1024 * 1024);

  expect(await world().ingress.call<string>('Greeter/echo', { large })).toEqual({ large });
});

test('a handler without input and output answers an empty body', async () => {
  const answer = await world().ingress.ask('/Greeter/nothing');

  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
});

test('the handler sees its invocation id and the headers of the request', async () => {
  const answer = await world().ingress.ask('/Greeter/whoAmI', {
    headers: { 'X-Trace': 'abc', 'idempotency-key': unique('key') },
  });

  const seen = answer.json<{ id: string; headers: Record<string, string> }>();
  expect(seen.id).toBe(answer.headers.get('x-restate-id'));
  expect(seen.headers['x-trace']).toBe('abc');
  expect(seen.headers['x-restate-ingress-path']).toBe('/Greeter/whoAmI');
  expect(seen.headers).not.toHaveProperty('host');
  expect(seen.headers).not.toHaveProperty('connection');
  expect(seen.headers).not.toHaveProperty('idempotency-key');
});

test('the handler sees its target', needs('request-target'), async () => {
  const { target } = await world().ingress.call<{ target: Record<string, string> }>('Greeter/whoAmI');

  expect(target).toMatchObject({ service: 'Greeter', handler: 'whoAmI' });
});

test('a terminal error reaches the caller with its code and message', async () => {
  const answer = await world().ingress.ask('/Greeter/fail', {
    json: { message: 'no such customer', code: 422 },
  });

  expect(answer.status).toBe(422);
  expect(answer.headers.get('x-restate-error-source')).toBe('invocation');
  expect(answer.json()).toMatchObject({ code: 422, message: 'no such customer' });
});

test('the metadata of a terminal error reaches the caller', needs('failure-metadata'), async () => {
  const answer = await world().ingress.ask('/Greeter/fail', {
    json: { message: 'no such customer', metadata: { customer: 'c-1' } },
  });

  expect(answer.json()).toMatchObject({ message: 'no such customer', metadata: { customer: 'c-1' } });
});

test('a terminal error without a code is 500', async () => {
  const answer = await world().ingress.ask('/Greeter/fail', { json: { message: 'broken' } });

  expect(answer.status).toBe(500);
  expect(answer.json()).toMatchObject({ code: 500, message: 'broken' });
});

test('a terminal error with a code that is no error in HTTP', async () => {
  const answer = await world().ingress.ask('/Greeter/fail', { json: { message: 'odd', code: 299 } });

  expect(answer.status).toBe(world().target.differs('failure-code-as-status', { restate: 299, holdfast: 500 }));
  expect(answer.json()).toMatchObject({ code: 299, message: 'odd' });
});

test('calls to a stateless service run at the same time', async () => {
  const group = { name: unique('group'), size: 8 };

  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world().ingress.call<string>('Greeter/meet', group)),
  );

  expect(answers).toEqual(Array.from({ length: 8 }, () => 'met'));
});

test('a private service is refused at the ingress and can be called by handlers', async () => {
  const direct = await world().ingress.ask('/Hidden/whisper', { json: 'LOUD' });
  const handler = await world().ingress.ask('/FrontDoor/locked');

  expect(direct.status).toBe(400);
  expect(handler.status).toBe(400);
  expect(await world().ingress.call('FrontDoor/whisper', 'LOUD')).toBe('loud');
});
