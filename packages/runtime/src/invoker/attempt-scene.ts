/** A small stage for attempts: a scripted endpoint, a partition that records, a journal in memory and a clock moved by hand. */
import {
  concatFrames,
  type DeploymentId,
  deploymentIdFromFingerprint,
  encodeCommand,
  type InvocationId,
  invocationIdFromBytes,
} from '@holdfast/protocol';
import type { AdvanceAttempt, EngineCommand, FailAttempt } from '../engine/command.ts';
import type { StartAttempt } from '../engine/effect.ts';
import type { StateRecord, Target } from '../engine/record.ts';
import type { Deployment, HandlerDefinition } from '../engine/registry.ts';
import { handlerDefaults } from '../deployments/handler-defaults.ts';
import type { PartitionPort } from '../partition/port.ts';
import { Invoker, type InvokerOptions } from './invoker.ts';
import type { InvokerLimits } from './invoker-limits.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { ScriptedTransport } from './scripted-stream.ts';

export const inputFrame: Uint8Array = encodeCommand({
  kind: 'input',
  name: '',
  headers: [],
  value: new TextEncoder().encode('"hi"'),
});

const deploymentId: DeploymentId = deploymentIdFromFingerprint(new Uint8Array(16).fill(7));
/** The scene knows two deployments that serve the same. */
export const otherDeploymentId: DeploymentId = deploymentIdFromFingerprint(new Uint8Array(16).fill(8));

export function invocationNumber(number: number): InvocationId {
  const bytes = new Uint8Array(24);
  new DataView(bytes.buffer).setUint32(20, number);
  return invocationIdFromBytes(bytes);
}

/** Records what it is given and answers when the test says so, or at once. */
export class RecordingPartition implements Pick<PartitionPort, 'submit'> {
  readonly commands: EngineCommand[] = [];
  /** While true, answers are kept back. */
  holding = false;
  /** Errors for the next submits, in order. */
  readonly failures: Error[] = [];
  #held: (() => void)[] = [];

  submit: PartitionPort['submit'] = (command) => {
    this.commands.push(command);
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.holding) this.#held.push(resolve);
    else resolve();
    // Attempts look at nothing but whether it was taken.
    return promise.then(() => ({ kind: 'advanced' }) as never);
  };

  releaseHeld(): void {
    for (const resolve of this.#held.splice(0)) resolve();
  }

  get advances(): readonly AdvanceAttempt[] {
    return this.commands.filter((command) => command.kind === 'advanceAttempt');
  }

  get failed(): readonly FailAttempt[] {
    return this.commands.filter((command) => command.kind === 'failAttempt');
  }
}

export interface SceneOptions {
  readonly handler?: Partial<HandlerDefinition>;
  readonly deployment?: Partial<Deployment>;
  readonly limits?: Partial<InvokerLimits>;
  readonly state?: readonly StateRecord[];
  readonly journal?: readonly Uint8Array[];
  readonly signer?: InvokerOptions['signer'];
}

export class AttemptScene {
  readonly clock: ManualClock = new ManualClock();
  readonly transport: ScriptedTransport = new ScriptedTransport();
  readonly partition: RecordingPartition = new RecordingPartition();
  readonly invoker: Invoker;
  readonly journal: Uint8Array[];
  readonly deployment: Deployment;
  known = true;

  constructor(options: SceneOptions = {}) {
    this.journal = [...(options.journal ?? [inputFrame])];
    this.deployment = sceneDeployment(options);
    this.invoker = new Invoker({
      clock: this.clock,
      transport: this.transport,
      partition: this.partition,
      store: {
        readJournal: async (_invocation, { from, to }) => concatFrames(this.journal.slice(from, to)),
        readState: async () => options.state ?? [],
      },
      findDeployment: (id) => (this.known ? { ...this.deployment, id } : undefined),
      random: () => 0.5,
      ...(options.signer === undefined ? {} : { signer: options.signer }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  }

  order(changes: Partial<StartAttempt> = {}): StartAttempt {
    return {
      kind: 'startAttempt',
      invocation: invocationNumber(1),
      createdAt: 0,
      epoch: 1,
      journalLength: this.journal.length,
      pin: { deployment: deploymentId, protocolVersion: 6 },
      target: plainTarget,
      randomSeed: '00000000000000ff',
      retryCountSinceLastCommand: 0,
      retrySince: this.clock.now(),
      ...changes,
    };
  }

  /** Orders an attempt and waits until its stream is open. */
  async start(changes: Partial<StartAttempt> = {}): Promise<StartAttempt> {
    const order = this.order(changes);
    this.invoker.release([order]);
    await settle();
    return order;
  }
}

export const plainTarget: Target = {
  service: 'Greeter',
  handler: 'greet',
  key: '',
  serviceKind: 'service',
  handlerKind: 'stateless',
};

export const keyedTarget: Target = {
  service: 'Cart',
  handler: 'add',
  key: 'a/b c',
  serviceKind: 'object',
  handlerKind: 'exclusive',
};

function sceneDeployment(options: SceneOptions): Deployment {
  const handler = (name: string, kind: HandlerDefinition['kind']): HandlerDefinition => ({
    name,
    kind,
    input: { required: false, mustBeEmpty: false },
    output: { setContentTypeIfEmpty: false },
    ingressPrivate: false,
    lazyState: false,
    ...handlerDefaults,
    ...options.handler,
  });
  return {
    id: deploymentId,
    address: { kind: 'http', uri: 'http://127.0.0.1:9080/base?token=secret', http1: false },
    headers: {},
    metadata: {},
    protocolMode: 'bidi',
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    protocolVersion: 6,
    sdk: 'scripted/1',
    grade: 'unverified',
    fingerprint: '07'.repeat(32),
    createdAt: 0,
    closing: false,
    services: new Map([
      ['Greeter', { name: 'Greeter', kind: 'service', handlers: new Map([['greet', handler('greet', 'stateless')]]) }],
      ['Cart', { name: 'Cart', kind: 'object', handlers: new Map([['add', handler('add', 'exclusive')]]) }],
    ]),
    manifest: { manifestVersion: 4, protocolMode: 'bidi', minProtocolVersion: 5, maxProtocolVersion: 7, services: [] },
    ...options.deployment,
  };
}
