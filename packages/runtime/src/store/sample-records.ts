/** Plausible records for tests of stores. Everything that a test does not name has one fixed value. */
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import { EMPTY_REGISTRY } from '../engine/registry.ts';
import type { Deployment, Registry } from '../engine/registry.ts';
import type { AuditRecord, InvocationRecord, InvocationState, JournalSummary } from '../engine/record.ts';
import type { Batch } from './store.ts';

/** Digits of an invocation id, so that ids sort like their numbers. */
export function sampleInvocationId(number: number): InvocationId {
  // The text has the form of an id; stores look no further.
  return `inv_1${String(number).padStart(33, '0')}` as InvocationId;
}

export function sampleDeploymentId(number: number): DeploymentId {
  // The text has the form of an id; stores look no further.
  return `dp_1${String(number).padStart(22, '0')}` as DeploymentId;
}

/** A whole frame whose body is `bodyBytes` long and holds `content` in every byte. */
export function sampleFrame(content: number, bodyBytes = 16): Uint8Array {
  const frame = new Uint8Array(8 + bodyBytes).fill(content, 8);
  new DataView(frame.buffer).setUint32(4, bodyBytes);
  return frame;
}

const emptyJournal: JournalSummary = {
  length: 0,
  commands: 0,
  lastCompletionId: 0,
  open: {},
  notified: [],
  signals: [],
  namedSignals: [],
  cancelledAt: -1,
  children: 0,
  outputAt: -1,
};

export interface SampleInvocation {
  readonly state?: InvocationState;
  /** Entries that the row counts. */
  readonly length?: number;
  readonly deployment?: DeploymentId;
  readonly target?: Partial<InvocationRecord['target']>;
}

export function sampleInvocation(number: number, sample: SampleInvocation = {}): InvocationRecord {
  const deployment = sample.deployment ?? sampleDeploymentId(1);
  return {
    id: sampleInvocationId(number),
    target: {
      service: 'Greeter',
      handler: 'greet',
      key: '',
      serviceKind: 'service',
      handlerKind: 'stateless',
      ...sample.target,
    },
    pin: { deployment, protocolVersion: 7 },
    versions: [{ deployment, at: 1_700_000_000_000, fromEntry: 0, by: 'acceptance', reason: '' }],
    state: sample.state ?? { status: 'running', pausing: false },
    epoch: 1,
    journal: { ...emptyJournal, length: sample.length ?? 0 },
    retry: { sinceLastCommand: 0, since: 1_700_000_000_000, budgetUsed: 0 },
    invokedBy: { kind: 'ingress' },
    moreSinks: 0,
    randomSeed: '00000000000000ff',
    completionRetentionMs: 86_400_000,
    journalRetentionMs: 86_400_000,
    createdAt: 1_700_000_000_000,
    modifiedAt: 1_700_000_000_000,
  };
}

export function sampleAudit(subject: string, number = 0): AuditRecord {
  return {
    at: 1_700_000_000_000 + number,
    actor: 'operator',
    act: 'cancel',
    subject,
    reason: 'a test',
    before: { status: 'running' },
    after: null,
  };
}

export function sampleDeployment(number: number): Deployment {
  const handler = {
    name: 'greet',
    kind: 'stateless',
    input: { required: true, contentType: 'application/*', mustBeEmpty: false },
    output: { contentType: 'application/json', setContentTypeIfEmpty: false },
    ingressPrivate: false,
    lazyState: false,
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 60_000,
    journalRetentionMs: 86_400_000,
    idempotencyRetentionMs: 86_400_000,
    workflowRetentionMs: 86_400_000,
    retryPolicy: { initialIntervalMs: 50, factor: 2, maxIntervalMs: 10_000, attemptsMax: 70, onMaxAttempts: 'pause' },
  } as const;
  const service = { name: 'Greeter', kind: 'service', handlers: new Map([[handler.name, handler]]) } as const;
  return {
    id: sampleDeploymentId(number),
    address: { kind: 'http', uri: `http://127.0.0.1:${9080 + number}/`, http1: false },
    headers: { 'x-team': 'payments' },
    metadata: {},
    protocolMode: 'bidi',
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    protocolVersion: 7,
    sdk: 'restate-sdk-typescript/1.17.2',
    grade: 'unverified',
    fingerprint: `fingerprint ${number}`,
    createdAt: 1_700_000_000_000,
    closing: false,
    services: new Map([[service.name, service]]),
    manifest: sampleManifest,
  };
}

// Stores keep a manifest as the JSON that it is; its schema is the protocol package's matter.
const sampleManifest = {
  protocolMode: 'BIDI_STREAM',
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  services: [{ name: 'Greeter', ty: 'SERVICE', handlers: [{ name: 'greet' }] }],
} as unknown as Deployment['manifest'];

export function sampleRegistry(revision: number, deployments: readonly number[]): Registry {
  const current = deployments.at(-1);
  if (current === undefined) return { ...EMPTY_REGISTRY, revision };
  return {
    revision,
    deployments: new Map(deployments.map((number) => [sampleDeploymentId(number), sampleDeployment(number)])),
    services: new Map([
      ['Greeter', { name: 'Greeter', kind: 'service', current: sampleDeploymentId(current), revision }],
    ]),
  };
}

export function sampleBatch(parts: Partial<Batch>): Batch {
  return { records: [], journal: [], audit: [], durable: true, ...parts };
}
