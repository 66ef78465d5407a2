import { expect, test } from 'vitest';
import { formatManifest, type Manifest, parseManifest, ProtocolError } from './index.ts';

const manifest: Manifest = {
  manifestVersion: 4,
  protocolMode: 'bidi',
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  services: [
    {
      name: 'Greeter',
      kind: 'service',
      documentation: 'Greets.',
      metadata: { team: 'a' },
      inactivityTimeoutMs: 1000,
      handlers: [
        {
          name: 'greet',
          kind: 'stateless',
          input: { required: true, contentType: 'application/json', jsonSchema: { type: 'string' } },
          output: { contentType: 'application/json', setContentTypeIfEmpty: false },
          retryPolicy: { initialIntervalMs: 10, attemptsMax: 3, factor: 2, onMaxAttempts: 'kill' },
        },
      ],
    },
    { name: 'Counter', kind: 'object', enableLazyState: true, handlers: [{ name: 'get', kind: 'shared' }] },
    {
      name: 'Review',
      kind: 'workflow',
      handlers: [
        { name: 'run', kind: 'run', workflowCompletionRetentionMs: 5 },
        { name: 'approve', kind: 'shared' },
      ],
    },
  ],
};

test('a manifest that was written is read as the same manifest', () => {
  expect(parseManifest(JSON.parse(formatManifest(manifest, 4)), 4)).toEqual(manifest);
});

test('a setting that the version cannot say is refused by name', () => {
  const write = (): string => formatManifest(manifest, 2);

  expect(write).toThrow(ProtocolError);
  expect(write).toThrow(
    'Discovery version 2 cannot say: inactivityTimeout of Greeter, retryPolicyInitialInterval of Greeter.greet',
  );
});
