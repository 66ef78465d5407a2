import { describe, expect, test } from 'vitest';
import {
  MANIFEST_CONTENT_TYPES,
  type ManifestIssue,
  type ManifestVersion,
  manifestVersionOf,
  parseManifest,
  ProtocolError,
} from './index.ts';

type Json = Record<string, unknown>;

function manifest(services: readonly Json[], more: Json = {}): Json {
  return { protocolMode: 'BIDI_STREAM', minProtocolVersion: 5, maxProtocolVersion: 7, services, ...more };
}

function service(more: Json = {}): Json {
  return { name: 'Greeter', ty: 'SERVICE', handlers: [], ...more };
}

function workflowWith(handler: Json): Json {
  return manifest([{ name: 'Review', ty: 'WORKFLOW', handlers: [{ name: 'main', ...handler }] }]);
}

function handlerWith(more: Json, serviceMore: Json = {}): Json {
  return manifest([service({ handlers: [{ name: 'greet', ...more }], ...serviceMore })]);
}

function issuesOf(json: unknown, version: ManifestVersion = 4): readonly ManifestIssue[] {
  try {
    parseManifest(json, version);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'INVALID_MANIFEST') {
      // parseManifest puts the list there, and nothing else does.
      return error.details['issues'] as readonly ManifestIssue[];
    }
    throw error;
  }
  return [];
}

test('every setting of v4 arrives under a name that says its unit', () => {
  const settings = {
    documentation: 'Says hello.',
    metadata: { team: 'risk' },
    inactivityTimeout: 1,
    abortTimeout: 2,
    journalRetention: 3,
    enableLazyState: true,
    ingressPrivate: false,
    retryPolicyInitialInterval: 5,
    retryPolicyMaxInterval: 6,
    retryPolicyMaxAttempts: 0,
    retryPolicyExponentiationFactor: 1.5,
    retryPolicyOnMaxAttempts: 'KILL',
  };
  const normalised = {
    documentation: 'Says hello.',
    metadata: { team: 'risk' },
    inactivityTimeoutMs: 1,
    abortTimeoutMs: 2,
    journalRetentionMs: 3,
    enableLazyState: true,
    ingressPrivate: false,
    retryPolicy: { initialIntervalMs: 5, maxIntervalMs: 6, attemptsMax: 1, factor: 1.5, onMaxAttempts: 'kill' },
  };

  const parsed = parseManifest(
    manifest(
      [
        {
          name: 'Review',
          ty: 'WORKFLOW',
          idempotencyRetention: 4,
          ...settings,
          handlers: [
            {
              name: 'run',
              ty: 'WORKFLOW',
              input: { required: true, contentType: 'application/*', jsonSchema: { type: 'object' } },
              output: { contentType: 'application/json', setContentTypeIfEmpty: true, jsonSchema: true },
              workflowCompletionRetention: 7,
              ...settings,
            },
            { name: 'status', ty: 'SHARED', input: {}, output: {}, idempotencyRetention: 8 },
          ],
        },
      ],
      { protocolMode: 'REQUEST_RESPONSE', lambdaCompression: 'zstd' },
    ),
    4,
  );

  expect(parsed).toEqual({
    manifestVersion: 4,
    protocolMode: 'requestResponse',
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    lambdaCompression: 'zstd',
    services: [
      {
        name: 'Review',
        kind: 'workflow',
        idempotencyRetentionMs: 4,
        ...normalised,
        handlers: [
          {
            name: 'run',
            kind: 'run',
            input: { required: true, contentType: 'application/*', jsonSchema: { type: 'object' } },
            output: { contentType: 'application/json', setContentTypeIfEmpty: true, jsonSchema: true },
            workflowCompletionRetentionMs: 7,
            ...normalised,
          },
          {
            name: 'status',
            kind: 'shared',
            input: { required: false },
            output: { setContentTypeIfEmpty: false },
            idempotencyRetentionMs: 8,
          },
        ],
      },
    ],
  });
});

test('settings that are null are absent', () => {
  const parsed = parseManifest(handlerWith({ ty: null, input: null, documentation: null, journalRetention: null }), 1);

  expect(parsed.services[0]?.handlers).toEqual([{ name: 'greet', kind: 'stateless' }]);
});

test('no services, and services without handlers, are legal', () => {
  expect(issuesOf(manifest([]))).toEqual([]);
  expect(issuesOf(manifest([service()]))).toEqual([]);
});

describe('the handler type table', () => {
  test.each([
    ['SERVICE', undefined, 'stateless'],
    ['SERVICE', 'SHARED', 'stateless'],
    ['VIRTUAL_OBJECT', undefined, 'exclusive'],
    ['VIRTUAL_OBJECT', 'SHARED', 'shared'],
    ['VIRTUAL_OBJECT', 'EXCLUSIVE', 'exclusive'],
    ['WORKFLOW', undefined, 'shared'],
    ['WORKFLOW', 'SHARED', 'shared'],
    ['WORKFLOW', 'WORKFLOW', 'run'],
  ])('in a %s, the type %s makes a handler %s', (ty, handlerTy, kind) => {
    const handler = handlerTy === undefined ? { name: 'h' } : { name: 'h', ty: handlerTy };

    const parsed = parseManifest(manifest([{ name: 'S', ty, handlers: [handler] }]), 2);

    expect(parsed.services[0]?.handlers[0]?.kind).toBe(kind);
  });

  test.each([
    ['SERVICE', 'EXCLUSIVE'],
    ['SERVICE', 'WORKFLOW'],
    ['VIRTUAL_OBJECT', 'WORKFLOW'],
    ['WORKFLOW', 'EXCLUSIVE'],
  ])('a %s has no %s handler', (ty, handlerTy) => {
    expect(issuesOf(manifest([{ name: 'S', ty, handlers: [{ name: 'h', ty: handlerTy }] }]))).toEqual([
      { path: 'services.0.handlers.0.ty', sentence: `a handler of a ${ty} cannot be ${handlerTy}` },
    ]);
  });
});

describe('names', () => {
  test.each(['G', 'greeter', '_1', '_a', 'a.b', 'a-b_c.d', 'Restful', 'open'])('%s can name a service', (name) => {
    expect(issuesOf(manifest([service({ name })]))).toEqual([]);
  });

  test.each(['', '_', '__a', '1a', '-a', '.a', 'a b', 'a/b', 'é', 'a\n'])('"%s" cannot name a service', (name) => {
    expect(issuesOf(manifest([service({ name })]))[0]).toEqual({
      path: 'services.0.name',
      sentence: `"${name}" is no service name: a letter (or "_" and a letter or digit), then letters, digits, ".", "_" and "-"`,
    });
  });

  test.each(['restate', 'RestateThing', 'RESTATE', 'openapi', 'openapi.v2'])('%s is reserved', (name) => {
    expect(issuesOf(manifest([service({ name })]))).toEqual([
      {
        path: 'services.0.name',
        sentence: `"${name}" is reserved: names beginning with "restate" or "openapi" cannot be used`,
      },
    ]);
  });

  test.each(['a.b', 'a-b', '', '1'])('"%s" cannot name a handler', (name) => {
    expect(issuesOf(handlerWith({ name }))).toEqual([
      {
        path: 'services.0.handlers.0.name',
        sentence: `"${name}" is no handler name: a letter (or "_" and a letter or digit), then letters, digits and "_"`,
      },
    ]);
  });

  test('a service or handler that is declared twice is refused', () => {
    const twice = manifest([service({ handlers: [{ name: 'h' }, { name: 'h' }] }), service()]);

    expect(issuesOf(twice)).toEqual([
      { path: 'services.1.name', sentence: '"Greeter" is declared twice' },
      { path: 'services.0.handlers.1.name', sentence: '"h" is declared twice' },
    ]);
  });
});

describe('combinations that contradict themselves', () => {
  test.each<[string, Json, string, string]>([
    [
      'a minimum above the maximum',
      manifest([], { minProtocolVersion: 7, maxProtocolVersion: 5 }),
      'minProtocolVersion',
      '7 is above maxProtocolVersion',
    ],
    [
      'a workflow retention on a shared handler',
      workflowWith({ ty: 'SHARED', workflowCompletionRetention: 1 }),
      'services.0.handlers.0.workflowCompletionRetention',
      'only the WORKFLOW handler of a workflow has it',
    ],
    [
      'a workflow retention on a handler whose type is missing',
      workflowWith({ workflowCompletionRetention: 1 }),
      'services.0.handlers.0.workflowCompletionRetention',
      'only the WORKFLOW handler of a workflow has it',
    ],
    [
      'an idempotency retention on the run handler',
      workflowWith({ ty: 'WORKFLOW', idempotencyRetention: 1 }),
      'services.0.handlers.0.idempotencyRetention',
      'a WORKFLOW handler has workflowCompletionRetention instead',
    ],
    [
      'a public handler of a private service',
      handlerWith({ ingressPrivate: false }, { ingressPrivate: true }),
      'services.0.handlers.0.ingressPrivate',
      'the service "Greeter" is private, so that its handlers cannot be public',
    ],
    [
      'an output that is a range',
      handlerWith({ output: { contentType: 'text/*' } }),
      'services.0.handlers.0.output.contentType',
      '"text/*" is not a media type; ranges are for inputs',
    ],
    [
      'an input type that is none',
      handlerWith({ input: { contentType: '*/json' } }),
      'services.0.handlers.0.input.contentType',
      '"*/json" is neither a media type nor a range such as "text/*"',
    ],
    [
      'a schema that is none',
      handlerWith({ input: { jsonSchema: 'string' } }),
      'services.0.handlers.0.input.jsonSchema',
      'a JSON Schema is an object or a boolean',
    ],
    [
      'a schema that someone would have to fetch',
      handlerWith({ output: { jsonSchema: { properties: { a: { $ref: 'https://example.com/a.json' } } } } }),
      'services.0.handlers.0.output.jsonSchema',
      'its reference to "https://example.com/a.json" leads outside of the schema',
    ],
  ])('%s is refused', (_, json, path, sentence) => {
    expect(issuesOf(json)).toEqual([{ path, sentence }]);
  });

  test('a private handler of a public service is fine', () => {
    expect(issuesOf(handlerWith({ ingressPrivate: true }, { ingressPrivate: false }))).toEqual([]);
  });

  test.each<[string, Json]>([
    ['within the document', { $ref: '#/$defs/a', $defs: { a: {} } }],
    ['to an embedded id', { $ref: 'urn:a#x', $defs: { a: { $id: 'urn:a' } } }],
    ['that is only an example', { default: { $ref: 'https://example.com' } }],
    ['that is a property', { properties: { $ref: { type: 'string' } } }],
  ])('a schema reference %s is fine', (_, jsonSchema) => {
    expect(issuesOf(handlerWith({ input: { jsonSchema } }))).toEqual([]);
  });

  test('a schema nested without end is refused, however deep', () => {
    const jsonSchema = JSON.parse('{"not":'.repeat(20_000) + '{}' + '}'.repeat(20_000)) as unknown;

    expect(issuesOf(handlerWith({ input: { jsonSchema } }))).toEqual([
      { path: 'services.0.handlers.0.input.jsonSchema', sentence: 'it is nested deeper than 200 levels' },
    ]);
  });
});

describe('shapes', () => {
  test.each<[string, unknown, string]>([
    ['no object', 'manifest', ''],
    ['no protocol mode', manifest([], { protocolMode: undefined }), 'protocolMode'],
    ['an unknown protocol mode', manifest([], { protocolMode: 'BOTH' }), 'protocolMode'],
    ['protocol version 0', manifest([], { minProtocolVersion: 0 }), 'minProtocolVersion'],
    ['a protocol version above 31 bits', manifest([], { maxProtocolVersion: 2 ** 31 }), 'maxProtocolVersion'],
    ['no services', manifest([], { services: undefined }), 'services'],
    ['an unknown service type', manifest([service({ ty: 'ACTOR' })]), 'services.0.ty'],
    ['no handlers', manifest([service({ handlers: undefined })]), 'services.0.handlers'],
    ['a fraction of a millisecond', handlerWith({ abortTimeout: 1.5 }), 'services.0.handlers.0.abortTimeout'],
    ['a negative duration', manifest([service({ journalRetention: -1 })]), 'services.0.journalRetention'],
    ['a duration as text', manifest([service({ journalRetention: '1d' })]), 'services.0.journalRetention'],
    ['metadata that is no text', manifest([service({ metadata: { a: 1 } })]), 'services.0.metadata.a'],
    [
      'an unknown outcome',
      handlerWith({ retryPolicyOnMaxAttempts: 'STOP' }),
      'services.0.handlers.0.retryPolicyOnMaxAttempts',
    ],
  ])('%s is refused at its place', (_, json, path) => {
    expect(issuesOf(json).map((issue) => issue.path)).toEqual([path]);
  });

  test.each<[string, Json, string]>([
    ['at the top', manifest([], { extra: 1 }), ''],
    ['of a service', manifest([service({ extra: 1 })]), 'services.0'],
    ['of a handler', handlerWith({ extra: 1 }), 'services.0.handlers.0'],
    ['of an input', handlerWith({ input: { extra: 1 } }), 'services.0.handlers.0.input'],
    ['of an output', handlerWith({ output: { extra: 1 } }), 'services.0.handlers.0.output'],
    [
      'of a service that only a handler has',
      manifest([service({ workflowCompletionRetention: 1, extra: 1 })]),
      'services.0',
    ],
  ])('an unknown property %s is refused', (_, json, path) => {
    const [issue] = issuesOf(json);

    expect(issue?.path).toBe(path);
    expect(issue?.sentence).toMatch(/^it has unknown properties: (workflowCompletionRetention, )?extra$/);
  });

  test('the message names the first violation and counts the others', () => {
    expect(() => parseManifest(manifest([service({ name: '-' }), service({ name: 'restate' })]), 3)).toThrow(
      'The discovery manifest v3 is not valid at services.0.name: "-" is no service name: a letter (or "_" and a letter ' +
        'or digit), then letters, digits, ".", "_" and "-" (and 1 more).',
    );
  });
});

describe('a setting is refused below the version that brought it', () => {
  const since: readonly [ManifestVersion, string, unknown][] = [
    [2, 'documentation', 'd'],
    [2, 'metadata', {}],
    [3, 'journalRetention', 1],
    [3, 'idempotencyRetention', 1],
    [3, 'inactivityTimeout', 1],
    [3, 'abortTimeout', 1],
    [3, 'enableLazyState', true],
    [3, 'ingressPrivate', true],
    [4, 'retryPolicyInitialInterval', 1],
    [4, 'retryPolicyMaxInterval', 1],
    [4, 'retryPolicyMaxAttempts', 1],
    [4, 'retryPolicyExponentiationFactor', 2],
    [4, 'retryPolicyOnMaxAttempts', 'PAUSE'],
  ];
  const versions: readonly ManifestVersion[] = [1, 2, 3, 4];

  test.each(since)('v%i brought %s', (first, property, value) => {
    for (const version of versions) {
      const expected = version < first ? [`it exists from manifest v${first} on, and this is v${version}`] : [];
      const onService = issuesOf(manifest([service({ [property]: value })]), version);
      const onHandler = issuesOf(handlerWith({ [property]: value }), version);
      expect(onService.map((issue) => issue.sentence)).toEqual(expected);
      expect(onHandler.map((issue) => issue.sentence)).toEqual(expected);
    }
  });

  test('v3 brought the workflow retention, v4 the compression', () => {
    const retention = workflowWith({ ty: 'WORKFLOW', workflowCompletionRetention: 1 });
    const compression = manifest([], { lambdaCompression: 'zstd' });

    expect(issuesOf(retention, 2).map((issue) => issue.path)).toEqual([
      'services.0.handlers.0.workflowCompletionRetention',
    ]);
    expect(issuesOf(retention, 3)).toEqual([]);
    expect(issuesOf(compression, 3).map((issue) => issue.path)).toEqual(['lambdaCompression']);
    expect(issuesOf(compression, 4)).toEqual([]);
  });
});

test('only the exact media types of discovery name a manifest version', () => {
  for (const version of [1, 2, 3, 4] as const) expect(manifestVersionOf(MANIFEST_CONTENT_TYPES[version])).toBe(version);
  for (const other of ['application/json', `${MANIFEST_CONTENT_TYPES[3]}; charset=utf-8`, '']) {
    expect(manifestVersionOf(other)).toBeUndefined();
  }
});
