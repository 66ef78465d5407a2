import { expect, test } from 'vitest';
import { manifestOf } from './deployment-scene.ts';
import { handlerDefaults } from './handler-defaults.ts';
import { defineServices } from './service-definition.ts';

function define(service: object, handler: object): ReturnType<NonNullable<ReturnType<typeof defineServices>['get']>> {
  const manifest = manifestOf('S');
  const [first] = manifest.services;
  const services = [
    {
      ...first,
      name: 'S',
      kind: 'object',
      ...service,
      handlers: [{ name: 'h', kind: 'exclusive', ...handler }],
    } as const,
  ];
  return defineServices({ ...manifest, services }, handlerDefaults).get('S');
}

const handlerOf = (service: object, handler: object): unknown => define(service, handler)?.handlers.get('h');

test('what nobody says is the default of the runtime', () => {
  expect(handlerOf({}, {})).toMatchObject({
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 600_000,
    journalRetentionMs: 86_400_000,
    idempotencyRetentionMs: 86_400_000,
    workflowRetentionMs: 86_400_000,
    retryPolicy: { initialIntervalMs: 500, factor: 2, maxIntervalMs: 60_000, attemptsMax: 70, onMaxAttempts: 'pause' },
    ingressPrivate: false,
    lazyState: false,
  });
});

test('the handler says it before the service, and a retry policy is joined field by field', () => {
  const service = {
    abortTimeoutMs: 1,
    journalRetentionMs: 2,
    enableLazyState: true,
    retryPolicy: { attemptsMax: 3, factor: 4 },
  };
  const handler = {
    journalRetentionMs: 5,
    enableLazyState: false,
    ingressPrivate: true,
    retryPolicy: { attemptsMax: 6 },
  };

  expect(handlerOf(service, handler)).toMatchObject({
    abortTimeoutMs: 1,
    journalRetentionMs: 5,
    lazyState: false,
    ingressPrivate: true,
    retryPolicy: { attemptsMax: 6, factor: 4, initialIntervalMs: 500 },
  });
});

test.each([
  [undefined, { required: false, mustBeEmpty: false }],
  [{ required: false }, { required: false, mustBeEmpty: true }],
  [
    { required: false, contentType: 'text/*' },
    { required: false, mustBeEmpty: false, contentType: 'text/*' },
  ],
  [
    { required: true, contentType: '*/*' },
    { required: true, mustBeEmpty: false, contentType: '*/*' },
  ],
  [
    { required: false, jsonSchema: {} },
    { required: true, mustBeEmpty: false },
  ],
])('the declared input %o becomes the rule %o', (input, rule) => {
  expect(handlerOf({}, input === undefined ? {} : { input })).toMatchObject({ input: rule });
});

test.each([
  [undefined, { contentType: 'application/json', setContentTypeIfEmpty: false }],
  [{ setContentTypeIfEmpty: false }, { setContentTypeIfEmpty: false }],
  [
    { contentType: 'a/b', setContentTypeIfEmpty: true },
    { contentType: 'a/b', setContentTypeIfEmpty: true },
  ],
])('the declared output %o becomes the rule %o', (output, rule) => {
  expect(handlerOf({}, output === undefined ? {} : { output })).toHaveProperty('output', rule);
});
