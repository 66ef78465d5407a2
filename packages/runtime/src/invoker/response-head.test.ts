import { expect, test } from 'vitest';
import { AttemptScene } from './attempt-scene.ts';
import { decideHead, sanitizeExcerpt } from './response-head.ts';

const contentType = 'application/vnd.restate.invocation.v6';
const now = Date.UTC(2026, 0, 1);
const decide = (head: Parameters<typeof decideHead>[0]): ReturnType<typeof decideHead> =>
  decideHead(head, { contentType, now });

test.each([
  [{ status: 415 }, { code: 'ENDPOINT_REFUSED_VERSION', counts: false }],
  [{ status: 413 }, { code: 'ENDPOINT_REFUSED_SIZE', counts: true }],
  [{ status: 429 }, { code: 'ENDPOINT_RATE_LIMITED' }],
  [
    { status: 503, retryAfter: '7' },
    { code: 'ENDPOINT_RATE_LIMITED', retryAfterMs: 7_000 },
  ],
  [{ status: 502 }, { code: 'ENDPOINT_UNREACHABLE' }],
  [{ status: 504 }, { code: 'ENDPOINT_UNREACHABLE' }],
  [{ status: 401 }, { code: 'ENDPOINT_ERROR_STATUS' }],
  [{ status: 404 }, { code: 'ENDPOINT_ERROR_STATUS' }],
  [{ status: 500 }, { code: 'ENDPOINT_ERROR_STATUS', protocolCode: 500 }],
  [{ status: 307, location: 'http://elsewhere/' }, { code: 'ENDPOINT_REDIRECTED' }],
  [{ status: 200, contentType: 'text/html' }, { code: 'ENDPOINT_WRONG_CONTENT_TYPE' }],
  [{ status: 200, contentType: `${contentType}; charset=utf-8` }, { code: 'ENDPOINT_WRONG_CONTENT_TYPE' }],
  [{ status: 200, contentType: 'application/vnd.restate.invocation.v7' }, { code: 'ENDPOINT_WRONG_CONTENT_TYPE' }],
  [{ status: 200 }, { code: 'ENDPOINT_WRONG_CONTENT_TYPE' }],
])('the head %o is no protocol response', (head, problem) => {
  expect(decide(head)).toMatchObject(problem);
});

test.each([200, 201, 299])('a %i with the content type of the request is a protocol response', (status) => {
  expect(decide({ status, contentType })).toBeUndefined();
});

test.each([
  ['Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
  ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
  ['999999999', 3_600_000],
  ['soon', undefined],
])('a Retry-After of "%s" is %s ms', (retryAfter, expected) => {
  expect(decide({ status: 503, retryAfter })?.retryAfterMs).toBe(expected);
});

test('the text of an error page is quoted, short and harmless', async () => {
  const scene = new AttemptScene();
  await scene.start();

  const page = `<h1>\u001b[31mdown\u0007</h1>\r\n${'x'.repeat(5_000)}`;
  scene.transport.last.answer({ status: 500, contentType: 'text/html' }).send(new TextEncoder().encode(page));

  const message = scene.partition.failed[0]?.failure.message ?? '';
  expect(message).toContain('answered 500. It said: "<h1> [31mdown </h1> xxx');
  expect(message.length).toBeLessThan(500);
  expect(scene.transport.last.halfClosed).toBe(true);
});

test('an error response without an end is not waited for longer than a second', async () => {
  const scene = new AttemptScene();
  await scene.start();

  scene.transport.last.answer({ status: 404, contentType: 'text/html' }).send(new TextEncoder().encode('not here'));
  expect(scene.partition.failed).toEqual([]);
  await scene.clock.advance(1_000);

  expect(scene.partition.failed[0]?.failure.message).toContain('answered 404');
  expect(scene.partition.failed[0]?.failure.message).toContain('It said: "not here"');
});

test('a long line is cut where it stops being useful', () => {
  expect(sanitizeExcerpt('a'.repeat(300), 10)).toBe('aaaaaaaaaa…');
});
