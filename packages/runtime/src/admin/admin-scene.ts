/**
 * The admin API over a real partition and a store in memory. Only deployments are played: nothing answers at their addresses, and the test
 * says what an attempt sends.
 */
import { encodeCommand, freshInvocationId } from '@holdfast/protocol';
import type { Command, DeploymentId, InvocationId } from '@holdfast/protocol';
import type { Hono } from 'hono';
import { DeploymentScene, manifestOf } from '../deployments/deployment-scene.ts';
import type { AttemptMessage } from '../engine/command.ts';
import type { AttemptEffect } from '../engine/effect.ts';
import type { DeploymentHold } from '../partition/port.ts';
import { LocalPartitions } from '../partition/local-partitions.ts';
import { openPartition } from '../partition/partition.ts';
import type { Partition } from '../partition/partition.ts';
import type { StoreTrouble } from '../store-health.ts';
import { systemClock } from '../clock.ts';
import type { AdminParts } from './admin-parts.ts';
import { makeAdminApp } from './app.ts';

export class AdminScene {
  readonly app: Hono;
  readonly parts: AdminParts;
  readonly deployments: DeploymentScene;
  readonly queries: { readonly sql: string; readonly values: readonly string[] }[] = [];
  readonly errors: unknown[] = [];
  readonly #partition: Partition;
  readonly #effects: AttemptEffect[];
  isReady = true;
  trouble: StoreTrouble | undefined;
  /** What the invoker says of endpoints that cannot be reached. */
  readonly holds: Map<DeploymentId, DeploymentHold> = new Map();
  readonly waiting: Set<InvocationId> = new Set();

  private constructor(scene: DeploymentScene, partition: Partition, effects: AttemptEffect[]) {
    this.deployments = scene;
    this.#partition = partition;
    this.#effects = effects;
    const keep = (fields: unknown): void => void this.errors.push(fields);
    this.parts = {
      findPartitions: () => (this.isReady ? new LocalPartitions([partition]) : undefined),
      deployments: scene.deployments,
      findRegistry: () => (this.isReady ? scene.registry : undefined),
      isReady: () => this.isReady,
      findTrouble: async () => this.trouble,
      findHold: (deployment) => this.holds.get(deployment),
      isWaiting: (invocation) => this.waiting.has(invocation),
      listBlockers: (deployment, limit) => scene.store.listBlockers(deployment, limit),
      runQuery: async (sql, values = []) => {
        this.queries.push({ sql, values });
        return { rows: [{ id: 'row' }], truncated: false };
      },
      clock: systemClock,
      log: { debug: keep, info: keep, warn: keep, error: keep, fatal: keep },
      makeEntropy: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
      version: '0.0.0-test',
      findIngressUrl: () => 'http://127.0.0.1:8080',
      bodyBytesMax: 10_000,
    };
    this.app = makeAdminApp(this.parts, { isLoopback: true });
  }

  static async open(): Promise<AdminScene> {
    const effects: AttemptEffect[] = [];
    const partitions: Partition[] = [];
    const scene = new DeploymentScene({ partitions: () => partitions });
    const partition = await openPartition({
      index: 0,
      count: 1,
      openStore: () => scene.store.openPartition(0),
      registry: scene.registry,
      clock: scene.clock,
      defer: setImmediate,
      createAttempts: () => ({
        prepare: () => undefined,
        release: (released) => void effects.push(...released),
        resetAll: () => undefined,
      }),
      deliver: async (_target, row) => (await partition.submit({ kind: 'receiveMessage', ...row })).through,
      onProblem: ({ error }) => {
        throw error;
      },
    });
    partitions.push(partition);
    return new AdminScene(scene, partition, effects);
  }

  async ask(
    path: string,
    init: RequestInit = {},
  ): Promise<{ readonly status: number; readonly body: never; readonly response: Response }> {
    const request = new Request(`http://127.0.0.1:9070${path}`, init);
    request.headers.set('host', request.headers.get('host') ?? '127.0.0.1:9070');
    const response = await this.app.fetch(request);
    const text = await response.text();
    // Tests state what they expect of the shape.
    return { status: response.status, response, body: (text === '' ? undefined : JSON.parse(text)) as never };
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): ReturnType<AdminScene['ask']> {
    return this.#write('POST', path, body, headers);
  }

  patch(path: string, body?: unknown, headers: Record<string, string> = {}): ReturnType<AdminScene['ask']> {
    return this.#write('PATCH', path, body, headers);
  }

  #write(method: string, path: string, body: unknown, headers: Record<string, string>): ReturnType<AdminScene['ask']> {
    return this.ask(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Registers a version of the service `Agent`; each text is another version. */
  register(version: string, kind: 'service' | 'object' = 'service'): Promise<DeploymentId> {
    return this.deployments.register(`http://${version}:9080`, manifestOf('Agent', { documentation: version, kind }));
  }

  async invoke(key = ''): Promise<InvocationId> {
    const entropy = crypto.getRandomValues(new Uint8Array(24));
    const id = freshInvocationId({ entropy, ...(key === '' ? {} : { key: { service: 'Agent', key } }) });
    const reply = await this.#partition.submit({
      kind: 'invoke',
      id,
      service: 'Agent',
      handler: 'run',
      key,
      headers: [],
      input: new Uint8Array(0),
      startAt: 0,
    });
    if (reply.kind === 'refused') throw new Error(reply.refusal.message);
    return id;
  }

  /** What the attempt of the invocation sends next. */
  async attemptSends(invocation: InvocationId, ...messages: readonly AttemptMessage[]): Promise<void> {
    const start = this.#effects.findLast(
      (effect) => effect.kind === 'startAttempt' && effect.invocation === invocation,
    );
    if (start === undefined) throw new Error(`No attempt of ${invocation} was ordered.`);
    const { createdAt, epoch } = start;
    await this.#partition.submit({ kind: 'advanceAttempt', invocation, createdAt, epoch, messages, jitter: 0 });
  }

  async complete(invocation: InvocationId): Promise<void> {
    const result = { kind: 'success', value: new Uint8Array(0) } as const;
    await this.attemptSends(invocation, commandMessage({ kind: 'output', name: '', result }), { kind: 'end' });
  }

  async listAudit(): Promise<readonly { readonly act: string; readonly actor: string; readonly reason: string }[]> {
    return this.deployments.store.listAudit({ limit: 100 });
  }
}

export function commandMessage(command: Command): AttemptMessage {
  return { kind: 'command', command, bytes: encodeCommand(command), ackRequested: false };
}
