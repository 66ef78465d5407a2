import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { afterEach, describe, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { FakeEndpoint, okFrames } from '../harness/fake-endpoint.ts';
import { unique } from '../harness/unique.ts';

/**
 * Endpoints that break the protocol once and keep to it afterwards. Whatever they do costs one attempt of one invocation;
 * the runtime lives on, and the next attempt succeeds.
 */
const world = useWorld({ services: { module: 'counter' } });

interface Misbehaviour {
  readonly status?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of the response, as hex. */
  readonly body?: string;
  /** Destroys the stream instead of ending it. */
  readonly destroy?: boolean;
  /** What the next attempt answers, as hex, if not output and end. */
  readonly next?: string;
}

const outputFrame = '040100000000000872060a04226f6b22';
const endFrame = '0003000000000000';

const misbehaviours: Record<string, Misbehaviour> = {
  'answers 500': { status: 500 },
  'answers 502': { status: 502 },
  'answers 429 with a time to wait': { status: 429, headers: { 'retry-after': '1' } },
  'answers 503': { status: 503 },
  'answers 200 with HTML': { contentType: 'text/html', body: Buffer.from('<html>hello</html>').toString('hex') },
  'answers in another protocol version': {
    contentType: 'application/vnd.restate.invocation.v1',
    body: okFrames.toString('hex'),
  },
  'answers nothing at all': {},
  'closes the stream in the middle': { body: '0401000000000008', destroy: true },
  'ends inside a frame header': { body: '04010000' },
  'ends inside a frame': { body: '040100000000000872060a' },
  'ends after an output without an end': { body: outputFrame, next: endFrame },
  'sends a start message': { body: '0000000000000000' },
  'sends an unknown control message': { body: '03ff000000000000' },
  'sends an error of its own': { body: '000200000000000708f4031202' + Buffer.from('no').toString('hex') },
  'announces a frame of two gigabytes': { body: '0401000080000000' },
  'suspends without waiting for anything': { body: '0001000000000000' },
  'reports the completion of a step without a result': { body: '00050000000000020863' },
  'reports the completion of a step that it never had': { body: '00050000000000050863720178' },
};

/** These hurt a real Restate server for good; the suite does not show them to it. */
const onlyForHoldfast: Record<string, Misbehaviour> = {
  'ends without an output': { body: endFrame },
  'sends a frame of the custom range': { body: 'fc00000000000000' },
  'sends an output that cannot be decoded': { body: '0401000000000003ffffff0003000000000000' },
  'sends a command with invalid text': { body: '040c0000000000046202fffe' },
};

const endpoints: FakeEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.close();
});

async function callMisbehaving(one: Misbehaviour): Promise<{ status: number; answer: unknown; attempts: number }> {
  const name = unique('Bad').replaceAll('-', '_');
  const endpoint = await FakeEndpoint.start(
    { name, ty: 'SERVICE', handlers: [{ name: 'go' }], retryPolicyInitialInterval: 20, retryPolicyMaxInterval: 100 },
    {
      onInvoke: (stream, attempt, headers) =>
        attempt === 1 ? misbehave(stream, one, headers) : behave(stream, one, headers),
    },
  );
  endpoints.push(endpoint);
  await world().admin.register(endpoint.url);
  const answer = await world().ingress.ask(`/${name}/go`);
  return { status: answer.status, answer: answer.json(), attempts: endpoint.attempts };
}

function misbehave(stream: ServerHttp2Stream, one: Misbehaviour, headers: IncomingHttpHeaders): void {
  stream.respond({
    ':status': one.status ?? 200,
    'content-type': one.contentType ?? headers['content-type'] ?? '',
    ...one.headers,
  });
  if (one.body !== undefined) stream.write(Buffer.from(one.body, 'hex'));
  if (one.destroy === true) stream.destroy();
  else stream.end();
}

function behave(stream: ServerHttp2Stream, one: Misbehaviour, headers: IncomingHttpHeaders): void {
  stream.respond({ ':status': 200, 'content-type': headers['content-type'] ?? '' });
  stream.end(one.next === undefined ? okFrames : Buffer.from(one.next, 'hex'));
}

describe('an endpoint that', () => {
  test.each(Object.entries(misbehaviours))('%s once', async (_what, one) => {
    expect(await callMisbehaving(one)).toEqual({ status: 200, answer: 'ok', attempts: 2 });
  });

  test.each(Object.entries(onlyForHoldfast))('%s once', async (what, one) => {
    const isGuarded =
      what === 'ends without an output'
        ? world().target.differs('end-without-output', { restate: false, holdfast: true })
        : world().target.differs('undecodable-frames', { restate: false, holdfast: true });
    if (!isGuarded) return;

    expect(await callMisbehaving(one)).toEqual({ status: 200, answer: 'ok', attempts: 2 });
  });
});

test('other services are served as before', async () => {
  expect(await world().ingress.call(`Counter/${unique('key')}/add`, 1)).toBe(1);
});
