/**
 * The ways in which services are delivered; the conformance suite runs whole in each.
 *
 * What a handler does must not depend on how it is delivered. A test that is about something that a configuration does not have
 * says so with `needs(…)`; the reason is here and appears in docs/conformance.md, so that nothing is left out silently.
 */
import type { ServeOptions } from './serve-options.ts';

/** What some tests need and not every configuration has. */
export type Capability =
  /** The test chooses the configuration of its endpoints itself, so that the suite's has no influence. */
  | 'chosen-by-suite'
  /** An attempt's connection stays open while its handler waits. */
  | 'open-connection'
  | 'http1-server'
  | 'pause-from-step'
  | 'signals'
  | 'explicit-cancellation'
  | 'second-cancellation'
  | 'restart-from-entry'
  | 'type-of-empty-output'
  | 'failure-metadata'
  | 'rejection-with-code'
  | 'request-target';

export interface Configuration {
  /** Heads the column in docs/conformance.md. */
  readonly title: string;
  /** One sentence on what it is. */
  readonly meaning: string;
  /** How service processes serve unless a test says otherwise, option by option. */
  readonly serve: Pick<ServeOptions, 'mode' | 'alwaysSuspend' | 'lazyState' | 'protocolVersions' | 'sdk'>;
  /** The protocol versions in the manifests of such services. */
  readonly advertises: readonly [min: number, max: number];
  /** What it does not have, and why. */
  readonly lacks: Partial<Readonly<Record<Capability, string>>>;
}

const ownEndpoints =
  'The endpoints of these tests are configured by the tests; the column "default" has their outcome.';
const pauseIsVersion7 = 'A step can pause its invocation from protocol version 7 on.';
const closesWhileWaiting = 'An attempt ends whenever its handler waits, so that no connection is open to wait on.';

export const configurations = {
  default: {
    title: 'default',
    meaning: 'the current SDK over HTTP/2 as a bidirectional stream, in the highest version that both sides speak',
    serve: {},
    advertises: [5, 7],
    lacks: {},
  },
  'always-suspend': {
    title: 'always suspend',
    meaning: 'an inactivity timeout of zero: a handler that waits is suspended at once, and every wait is a replay',
    serve: { alwaysSuspend: true },
    advertises: [5, 7],
    lacks: { 'chosen-by-suite': ownEndpoints },
  },
  'lazy-state': {
    title: 'lazy state',
    meaning: 'state is asked for key by key instead of coming with the start of an attempt',
    serve: { lazyState: true },
    advertises: [5, 7],
    lacks: { 'chosen-by-suite': ownEndpoints },
  },
  http1: {
    title: 'HTTP/1.1',
    meaning: 'a server of HTTP/1.1: request and response instead of a stream',
    serve: { mode: 'http1' },
    advertises: [5, 7],
    lacks: { 'chosen-by-suite': ownEndpoints, 'open-connection': closesWhileWaiting },
  },
  v5: {
    title: 'V5',
    meaning: 'endpoints that speak only protocol version 5',
    serve: { protocolVersions: [5, 5] },
    advertises: [5, 5],
    lacks: {
      'chosen-by-suite': ownEndpoints,
      'pause-from-step': pauseIsVersion7,
      'failure-metadata': 'Failures have metadata from protocol version 6 on.',
      'restart-from-entry':
        'From protocol version 6 on the runtime gives the random seed, which a restart from an entry has to keep.',
    },
  },
  v6: {
    title: 'V6',
    meaning: 'endpoints that speak protocol versions up to 6',
    serve: { protocolVersions: [5, 6] },
    advertises: [5, 6],
    lacks: { 'chosen-by-suite': ownEndpoints, 'pause-from-step': pauseIsVersion7 },
  },
  v7: {
    title: 'V7',
    meaning: 'endpoints that speak only protocol version 7',
    serve: { protocolVersions: [7, 7] },
    advertises: [7, 7],
    lacks: { 'chosen-by-suite': ownEndpoints },
  },
  'sdk-1-9': {
    title: 'SDK 1.9',
    meaning: 'the same services on `@restatedev/restate-sdk` 1.9, which speaks protocol versions 5 and 6',
    serve: { sdk: '1.9' },
    advertises: [5, 6],
    lacks: {
      'chosen-by-suite': ownEndpoints,
      'http1-server': 'SDK 1.9 serves HTTP/2 only.',
      'pause-from-step': pauseIsVersion7,
      signals: 'SDK 1.9 has no signals by name.',
      'explicit-cancellation': 'SDK 1.9 cannot tell a handler of its cancellation as a value.',
      'second-cancellation': 'A handler on SDK 1.9 hears only of the first cancellation.',
      'type-of-empty-output': 'A handler of SDK 1.9 cannot give an empty output a content type.',
      'failure-metadata': 'Errors of SDK 1.9 have no metadata.',
      'rejection-with-code': 'SDK 1.9 rejects an awakeable with a message only.',
      'request-target': 'Handlers of SDK 1.9 do not see their target.',
    },
  },
} as const satisfies Record<string, Configuration>;

/** Whether an attempt ends whenever its handler waits, and the next one replays what was before. */
export function suspendsAtEveryWait({ serve }: Configuration): boolean {
  return serve.alwaysSuspend === true || (serve.mode !== undefined && serve.mode !== 'bidirectional');
}

export type ConfigurationId = keyof typeof configurations;

export const configurationVariable = 'HOLDFAST_CONFIGURATION';

export function isConfigurationId(text: string): text is ConfigurationId {
  return Object.hasOwn(configurations, text);
}

/** The configuration that the environment asks for: `HOLDFAST_CONFIGURATION`, by default `default`. */
export function chosenConfigurationId(): ConfigurationId {
  const id = process.env[configurationVariable] ?? 'default';
  if (isConfigurationId(id)) return id;
  throw new Error(`${configurationVariable} is "${id}"; it must be one of ${Object.keys(configurations).join(', ')}.`);
}

export function chosenConfiguration(): Configuration {
  return configurations[chosenConfigurationId()];
}
