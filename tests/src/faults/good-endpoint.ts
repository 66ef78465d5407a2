import { FakeEndpoint, okFrames } from '../harness/fake-endpoint.ts';

/** Serves `Good/go`, which answers at once: what goes wrong is elsewhere. */
export function startGoodEndpoint(): Promise<FakeEndpoint> {
  return FakeEndpoint.start(
    { name: 'Good', ty: 'SERVICE', handlers: [{ name: 'go' }] },
    {
      onInvoke: (stream, _attempt, headers) => {
        stream.respond({ ':status': 200, 'content-type': headers['content-type'] ?? '' });
        stream.end(okFrames);
      },
    },
  );
}
