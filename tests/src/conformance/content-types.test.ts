import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';

const world = useWorld({ services: { module: 'contents' } });

async function statusOf(handler: string, body: string | undefined, type: string | undefined): Promise<number> {
  const answer = await world().ingress.ask(`/Contents/${handler}`, {
    ...(body === undefined ? {} : { raw: body }),
    headers: type === undefined ? {} : { 'content-type': type },
  });
  return answer.status;
}

test('a handler that takes text refuses another content type, and a missing one', async () => {
  expect(await statusOf('text', 'abc', 'text/plain')).toBe(200);
  expect(await statusOf('text', 'abc', 'text/plain; charset=utf-8')).toBe(200);
  expect(await statusOf('text', 'abc', 'application/json')).toBe(400);
  expect(await statusOf('text', 'abc', undefined)).toBe(400);
});

test('a handler that takes any image takes images only', async () => {
  expect(await statusOf('anyImage', 'abc', 'image/png')).toBe(200);
  expect(await statusOf('anyImage', 'abc', 'image/svg+xml')).toBe(200);
  expect(await statusOf('anyImage', 'abc', 'text/plain')).toBe(400);
});

test('a handler that takes anything takes any content type', async () => {
  expect(await statusOf('anything', 'abc', 'text/plain')).toBe(200);
  expect(await statusOf('anything', 'abc', 'x-made/up')).toBe(200);
});

test('a handler with a schema refuses an empty body and a missing content type, and leaves the rest to the service', async () => {
  expect(await statusOf('schema', '{"amount":7}', 'application/json')).toBe(200);
  expect(await statusOf('schema', undefined, undefined)).toBe(400);
  expect(await statusOf('schema', '{"amount":7}', undefined)).toBe(400);
  expect(await statusOf('schema', '{"total":7}', 'application/json')).toBe(200);
});

test('a handler without input refuses a body', async () => {
  expect(await statusOf('noInput', undefined, undefined)).toBe(200);
  expect(await statusOf('noInput', 'abc', 'text/plain')).toBe(400);
});

test('the declared content type of the output is answered', async () => {
  const answer = await world().ingress.ask('/Contents/text', { raw: 'abc', headers: { 'content-type': 'text/plain' } });

  expect(answer.headers.get('content-type')).toBe('text/plain');
  expect(answer.text).toBe('ABC');
});

test('an empty output has no content type', async () => {
  const answer = await world().ingress.ask('/Contents/emptyText');

  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, null]);
});

test('an empty output has a content type if the handler asks for it', needs('type-of-empty-output'), async () => {
  const answer = await world().ingress.ask('/Contents/emptyTextWithType');

  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain']);
});

test('a one-way request is checked like a call', async () => {
  const refused = await world().ingress.ask('/Contents/text/send', {
    raw: 'abc',
    headers: { 'content-type': 'image/png' },
  });

  expect(refused.status).toBe(400);
});
