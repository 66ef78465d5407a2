/**
 * The engine on plain maps, for tests: applies real commands, keeps what they change, and remembers what they asked for. With `forgetful`
 * every record has to be asked for again in every command, as if nothing were ever cached.
 */
import { deploymentIdFromFingerprint, digest, encodeCommand, freshInvocationId } from '@holdfast/protocol';
import type { Command, DeploymentId, InvocationId } from '@holdfast/protocol';
import { applyCommand } from './apply-command.ts';
import type { AttemptMessage, EngineCommand, ReplyOf } from './command.ts';
import type { Env } from './env.ts';
import { Need } from './need.ts';
import { rangeKey, recordKey } from './record-table.ts';
import type { RangeRef, RecordTypes, TableName, TableRecord } from './record-table.ts';
import type { AuditRecord, HandlerKind, InvocationRecord, ServiceKind, TimerRecord } from './record.ts';
import type { Deployment, HandlerDefinition, Registry, ServiceDefinition } from './registry.ts';
import { Transaction } from './transaction.ts';

export const operator = { actor: 'ada', reason: 'because' };

export class EngineScene {
  readonly records: Map<string, TableRecord> = new Map();
  readonly journals: Map<InvocationId, Uint8Array[]> = new Map();
  readonly audits: AuditRecord[] = [];
  /** Rows as a store has them: without what was only folded. */
  readonly rows: Map<string, TableRecord> = new Map();
  now = 1_000_000;
  lead = 0;
  registry: Registry;
  readonly #forgetful: boolean;
  #ids = 0;

  constructor(options: { readonly forgetful?: boolean; readonly registry?: Registry } = {}) {
    this.#forgetful = options.forgetful ?? false;
    this.registry = options.registry ?? registryOf(makeDeployment('v1'));
  }

  apply<C extends EngineCommand>(command: C): ReplyOf<C> {
    const known = new Set<string>();
    for (;;) {
      const tx = new Transaction({
        find: (ref, key) => {
          this.#ask(known, key, { records: [ref] });
          return this.records.get(key);
        },
        holds: (_ref, key) => !this.#forgetful || known.has(key),
        list: (ref, key) => {
          this.#ask(known, key, { ranges: [ref] });
          return this.#range(ref);
        },
        journal: (id) => {
          this.#ask(known, `journal of ${id}`, { journals: [id] });
          return this.journals.get(id) ?? [];
        },
      });
      try {
        const reply = applyCommand(tx, this.env, command);
        this.#merge(tx);
        return reply;
      } catch (error) {
        if (!(error instanceof Need)) throw error;
        for (const ref of error.records) known.add(recordKey(ref));
        for (const ref of error.ranges) known.add(rangeKey(ref));
        for (const id of error.journals) known.add(`journal of ${id}`);
      }
    }
  }

  get env(): Env {
    return { now: this.now, lead: this.lead, registry: this.registry, partition: 0, partitions: 1 };
  }

  newId(): InvocationId {
    this.#ids += 1;
    return freshInvocationId({ entropy: new Uint8Array(24).fill(this.#ids) });
  }

  find(id: InvocationId): InvocationRecord | undefined {
    const entry = this.records.get(recordKey({ table: 'invocation', id }));
    return entry?.table === 'invocation' ? entry.record : undefined;
  }

  get(id: InvocationId): InvocationRecord {
    const record = this.find(id);
    if (record === undefined) throw new Error(`There is no invocation ${id}.`);
    return record;
  }

  /** The timer of an invocation that the engine set last. */
  timerOf(id: InvocationId): TimerRecord | undefined {
    return this.all('timer')
      .filter((timer) => timer.invocation === id)
      .at(-1);
  }

  all<T extends TableName>(table: T): readonly RecordTypes[T][] {
    // The filter leaves records of this table only.
    return [...this.records.values()]
      .filter((entry) => entry.table === table)
      .map((entry) => entry.record as RecordTypes[T]);
  }

  /** Accepts an invocation of `Counter/{key}/add`, an exclusive handler, unless told otherwise. */
  invoke(
    options: {
      readonly service?: string;
      readonly handler?: string;
      readonly key?: string;
      readonly startAt?: number;
      readonly id?: InvocationId;
    } = {},
  ): InvocationId {
    const id = options.id ?? this.newId();
    const { service = 'Counter', handler = 'add', key = 'red', startAt = 0 } = options;
    const input = new Uint8Array();
    const reply = this.apply({ kind: 'invoke', id, service, handler, key, headers: [], input, startAt });
    if (reply.kind === 'refused') throw new Error(reply.refusal.message);
    return id;
  }

  /** Sends messages as the attempt of the record's epoch. */
  advance(id: InvocationId, messages: readonly AttemptMessage[], epoch: number = this.get(id).epoch): void {
    const { createdAt } = this.get(id);
    this.apply({ kind: 'advanceAttempt', invocation: id, createdAt, epoch, messages, jitter: 0 });
  }

  #ask(known: ReadonlySet<string>, key: string, need: ConstructorParameters<typeof Need>[0]): void {
    if (this.#forgetful && !known.has(key)) throw new Need(need);
  }

  #range(ref: RangeRef): readonly TableRecord[] {
    const prefix = rangeKey(ref);
    return [...this.records].filter(([key]) => key.startsWith(prefix)).map(([, entry]) => entry);
  }

  #merge(tx: Transaction): void {
    for (const [key, { entry, row }] of tx.changes) {
      for (const target of row ? [this.records, this.rows] : [this.records]) {
        if (entry === undefined) target.delete(key);
        else target.set(key, entry);
      }
    }
    for (const change of tx.journalChanges) {
      const frames = this.journals.get(change.invocation) ?? [];
      if (change.kind === 'drop') this.journals.delete(change.invocation);
      else if (change.kind === 'append') this.journals.set(change.invocation, [...frames, change.frame]);
    }
    this.audits.push(...tx.audits);
  }
}

export function command(content: Command): AttemptMessage {
  return { kind: 'command', command: content, bytes: encodeCommand(content), ackRequested: false };
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export const ends: readonly AttemptMessage[] = [
  command({ kind: 'output', name: '', result: { kind: 'success', value: text('done') } }),
  { kind: 'end' },
];

export const suspendsOn = (
  completions: readonly number[],
  signals: readonly number[] = [1],
  seenThrough = 0,
): AttemptMessage => ({ kind: 'suspend', awaiting: { completions, signals, namedSignals: [] }, seenThrough });

export function deploymentId(name: string): DeploymentId {
  return deploymentIdFromFingerprint(digest(text(name)));
}

export function makeDeployment(name: string, changes: Partial<Deployment> = {}): Deployment {
  return {
    id: deploymentId(name),
    address: { kind: 'http', uri: `http://${name}`, http1: false },
    headers: {},
    metadata: {},
    protocolMode: 'bidi',
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    protocolVersion: 7,
    sdk: 'test',
    grade: 'unverified',
    fingerprint: name,
    createdAt: 0,
    closing: false,
    services: new Map(
      [
        service('Plain', 'service', { go: 'stateless' }),
        service('Counter', 'object', { add: 'exclusive', look: 'shared' }),
        service('Flow', 'workflow', { run: 'run', help: 'shared' }),
      ].map((one) => [one.name, one]),
    ),
    manifest: { manifestVersion: 3, protocolMode: 'bidi', minProtocolVersion: 5, maxProtocolVersion: 7, services: [] },
    ...changes,
  };
}

/** The last one is current for all services. */
export function registryOf(...deployments: readonly [Deployment, ...Deployment[]]): Registry {
  const current = deployments.at(-1) ?? deployments[0];
  return {
    revision: deployments.length,
    deployments: new Map(deployments.map((one) => [one.id, one])),
    services: new Map(
      [...current.services.values()].map((one) => [
        one.name,
        { name: one.name, kind: one.kind, current: current.id, revision: 1 },
      ]),
    ),
  };
}

function service(name: string, kind: ServiceKind, handlers: Readonly<Record<string, HandlerKind>>): ServiceDefinition {
  return {
    name,
    kind,
    handlers: new Map(Object.entries(handlers).map(([handler, type]) => [handler, define(handler, type)])),
  };
}

function define(name: string, kind: HandlerKind): HandlerDefinition {
  return {
    name,
    kind,
    input: { required: false, mustBeEmpty: false },
    output: { setContentTypeIfEmpty: false },
    ingressPrivate: false,
    lazyState: false,
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 600_000,
    journalRetentionMs: 3_600_000,
    idempotencyRetentionMs: 3_600_000,
    workflowRetentionMs: 3_600_000,
    retryPolicy: { initialIntervalMs: 100, factor: 2, maxIntervalMs: 1_000, attemptsMax: 3, onMaxAttempts: 'pause' },
  };
}
