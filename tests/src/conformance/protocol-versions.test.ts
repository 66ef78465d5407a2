import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { FakeEndpoint, okFrames } from '../harness/fake-endpoint.ts';

const world = useWorld();

const probe = {
  name: 'Probe',
  ty: 'SERVICE',
  handlers: [{ name: 'go', retryPolicyMaxAttempts: 2, retryPolicyOnMaxAttempts: 'KILL' }],
};

/** Calls a service that advertises these versions; returns the status and the content type it was asked with. */
async function negotiate(min: number, max: number): Promise<{ status: number; contentType: string | undefined }> {
  let contentType: string | undefined;
  const endpoint = await FakeEndpoint.start(probe, {
    protocolVersions: [min, max],
    onInvoke: (stream, _attempt, headers) => {
      contentType = headers['content-type'];
      stream.respond({ ':status': 200, 'content-type': contentType ?? '' });
      stream.end(okFrames);
    },
  });
  try {
    await world().admin.register(endpoint.url);
    const answer = await world().ingress.ask('/Probe/go');
    return { status: answer.status, contentType };
  } finally {
    await endpoint.close();
  }
}

const inVersion = (version: number): object => ({
  status: 200,
  contentType: `application/vnd.restate.invocation.v${version}`,
});

test('a deployment that speaks only version 5 is asked in version 5', needs('chosen-by-suite'), async () => {
  expect(await negotiate(5, 5)).toEqual(inVersion(5));
});

test('a deployment that speaks up to version 6 is asked in version 6', needs('chosen-by-suite'), async () => {
  expect(await negotiate(5, 6)).toEqual(inVersion(6));
});

test(
  'a deployment that speaks up to version 7 is asked in the highest version of the runtime',
  needs('chosen-by-suite'),
  async () => {
    const version = world().target.differs('protocol-version-7', { restate: 6, holdfast: 7 });

    expect(await negotiate(5, 7)).toEqual(inVersion(version));
  },
);

test(
  'a deployment that speaks more than the runtime is asked in the highest version of the runtime',
  needs('chosen-by-suite'),
  async () => {
    const version = world().target.differs('protocol-version-7', { restate: 6, holdfast: 7 });

    expect(await negotiate(6, 9)).toEqual(inVersion(version));
  },
);

test('a deployment that speaks only version 7', needs('chosen-by-suite'), async () => {
  const works = world().target.differs('protocol-version-7', { restate: false, holdfast: true });

  const { status, contentType } = await negotiate(7, 7);

  if (works) expect({ status, contentType }).toEqual(inVersion(7));
  else expect({ status, contentType }).toEqual({ status: 500, contentType: undefined });
});
