/**
 * The engine on a small stage: partitions whose store is a map, a clock that a test turns, and messages that move when a test says so.
 *
 * Every command runs twice, once with all records at hand and once with none, and both runs must decide the same: that is what lets a
 * partition run a command again after each load.
 */
import {
  encodeCommand,
  freshInvocationId,
  idempotentInvocationId,
  partitionOf,
  partitionOfKey,
  workflowInvocationId,
} from '@holdfast/protocol';
import type { AwaitSet, Command, InvocationId, Result } from '@holdfast/protocol';
import { expect } from 'vitest';
import { applyCommand } from './apply-command.ts';
import type { AttemptMessage, EngineCommand, Invoke, ReplyOf } from './command.ts';
import type { DeliverMessage, Effect } from './effect.ts';
import { Need } from './need.ts';
import type { RecordTypes, TableName } from './record-table.ts';
import type { AuditRecord, InvocationRecord, OutboxRecord, TimerRecord } from './record.ts';
import type { Registry } from './registry.ts';
import { defineDeployment, defineRegistry, v1, v2 } from './registry-scene.ts';
import { Transaction } from './transaction.ts';
import { SceneView, UnloadedView } from './view-scene.ts';
import type { View } from './view.ts';

/** More loads than any command needs; beyond it a command asks for the same thing for ever. */
const loadsMax = 500;

export const operator = { actor: 'ada', reason: 'because' } as const;

const firstHandlerOf: Readonly<Record<string, string>> = { Counter: 'add', Signup: 'run', Clerk: 'file' };

export interface InvokeChanges extends Partial<Omit<Invoke, 'kind'>> {
  readonly service?: string;
  readonly handler?: string;
}

export class EngineScene {
  readonly partitions: readonly SceneView[];
  registry: Registry;
  now = 1_000_000;
  lead = 0;
  /** Of the latest command. */
  effects: readonly Effect[] = [];
  /** Of all commands. */
  readonly audits: AuditRecord[] = [];
  /** Called after every command, with what it was; a walk checks its invariants here. */
  onApplied: ((command: EngineCommand, partition: number, tx: Transaction) => void) | undefined;
  #made = 0;

  constructor(options: { readonly partitions?: number; readonly registry?: Registry } = {}) {
    this.partitions = Array.from({ length: options.partitions ?? 1 }, () => new SceneView());
    this.registry = options.registry ?? defineRegistry([defineDeployment(v1), defineDeployment(v2)], v1);
  }

  apply<C extends EngineCommand>(command: C, partition: number = this.partitionFor(command)): ReplyOf<C> {
    const view = this.viewOf(partition);
    const { tx, reply } = this.#run(view, command, partition);
    const again = this.#runUnloaded(view, command, partition);
    expect(decisionOf(again.tx, again.reply)).toEqual(decisionOf(tx, reply));
    view.apply(tx);
    this.effects = tx.effects;
    this.audits.push(...tx.audits);
    this.onApplied?.(command, partition, tx);
    return reply;
  }

  viewOf(partition: number): SceneView {
    const view = this.partitions[partition];
    if (view === undefined) throw new Error(`There is no partition ${partition}.`);
    return view;
  }

  /** A call from outside; by default one of Counter/red/add that nobody repeats. Answers the id, accepted or not. */
  invoke(changes: InvokeChanges = {}): InvocationId {
    const command = this.invokeCommand(changes);
    this.apply(command);
    return command.id;
  }

  invokeCommand(changes: InvokeChanges = {}): Invoke {
    const service = changes.service ?? 'Counter';
    const handler = changes.handler ?? firstHandlerOf[service] ?? 'greet';
    const key = changes.key ?? (service === 'Counter' ? 'red' : '');
    return {
      kind: 'invoke',
      id: this.#idFor(service, handler, key, changes.idempotencyKey),
      headers: [],
      input: new Uint8Array([1, 2, 3]),
      startAt: 0,
      ...changes,
      service,
      handler,
      key,
    };
  }

  /** A new id beside the ones of this service and key. */
  newId(service = 'Counter', key = 'red'): InvocationId {
    const entropy = new Uint8Array(24);
    this.#made += 1;
    // Spread over the partitions, and different every time.
    new DataView(entropy.buffer).setUint32(0, Math.imul(this.#made, 0x9e3779b9));
    new DataView(entropy.buffer).setUint32(20, this.#made);
    return freshInvocationId({ entropy, ...(key === '' ? {} : { key: { service, key } }) });
  }

  find(id: InvocationId): InvocationRecord | undefined {
    return this.all('invocation').find((record) => record.id === id);
  }

  get(id: InvocationId): InvocationRecord {
    const record = this.find(id);
    if (record === undefined) throw new Error(`There is no invocation ${id}.`);
    return record;
  }

  statusOf(id: InvocationId): InvocationRecord['state']['status'] | 'gone' {
    return this.find(id)?.state.status ?? 'gone';
  }

  all<T extends TableName>(table: T): readonly RecordTypes[T][] {
    return this.partitions.flatMap((view) => view.all(table));
  }

  journalOf(id: InvocationId): readonly Uint8Array[] {
    return this.viewOf(partitionOf(id, this.partitions.length)).journal(id);
  }

  /** The latest attempt sends messages, all in one read. */
  advance(id: InvocationId, messages: readonly AttemptMessage[], epoch: number = this.get(id).epoch): void {
    const { createdAt } = this.get(id);
    this.apply({ kind: 'advanceAttempt', invocation: id, createdAt, epoch, messages, jitter: 0 });
  }

  suspend(id: InvocationId, awaiting: Partial<AwaitSet>): void {
    this.advance(id, [suspendsOn(awaiting, this.get(id).journal.length)]);
  }

  complete(id: InvocationId, result: Result = success('done')): void {
    this.advance(id, [command({ kind: 'output', name: '', result }), { kind: 'end' }]);
  }

  fail(
    id: InvocationId,
    changes: { readonly code?: string; readonly retryAfterMs?: number; readonly jitter?: number } = {},
  ): void {
    this.apply({
      kind: 'failAttempt',
      invocation: id,
      createdAt: this.get(id).createdAt,
      epoch: this.get(id).epoch,
      failure: { code: changes.code ?? 'STREAM_LOST', protocolCode: 500, message: 'lost', stacktrace: '' },
      counts: true,
      jitter: changes.jitter ?? 0,
      ...(changes.retryAfterMs === undefined ? {} : { retryAfterMs: changes.retryAfterMs }),
    });
  }

  timers(): readonly TimerRecord[] {
    return this.all('timer').toSorted((a, b) => a.fireAt - b.fireAt);
  }

  /** The earliest timer of one invocation. */
  timerOf(id: InvocationId): TimerRecord | undefined {
    return this.timers().find((timer) => timer.invocation === id);
  }

  /** Turns the clock on to the next timer and fires it. */
  fireNext(): TimerRecord | undefined {
    const [timer] = this.timers();
    if (timer === undefined) return undefined;
    this.now = Math.max(this.now, timer.fireAt);
    this.apply({ kind: 'fireTimer', timer });
    return timer;
  }

  outbox(): readonly (OutboxRecord & { readonly source: number })[] {
    return this.partitions.flatMap((view, source) =>
      view
        .all('outbox')
        .map((row) => ({ ...row, source }))
        .toSorted((a, b) => a.sequence - b.sequence),
    );
  }

  /** Carries one message to its receiver, and the receipt back. */
  deliver(row: Pick<DeliverMessage, 'target' | 'sequence' | 'message'> & { readonly source: number }): void {
    const { source, target, sequence, message } = row;
    const { through } = this.apply({ kind: 'receiveMessage', source, sequence, message }, target);
    if (through >= sequence) this.apply({ kind: 'confirmMessage', target, sequence }, source);
  }

  /** Until no message is on its way. */
  deliverAll(): void {
    for (let row = this.outbox()[0]; row !== undefined; row = this.outbox()[0]) this.deliver(row);
  }

  partitionFor(command: EngineCommand): number {
    const count = this.partitions.length;
    switch (command.kind) {
      case 'invoke':
        return partitionOf(command.id, count);
      case 'fireTimer':
        return partitionOf(command.timer.invocation, count);
      case 'editState':
        return partitionOfKey(command.service, command.key, count);
      case 'countWork':
      case 'adoptRegistry':
      case 'receiveMessage':
      case 'confirmMessage':
        return 0;
      default:
        return partitionOf(command.invocation, count);
    }
  }

  #idFor(service: string, handler: string, key: string, idempotencyKey: string | undefined): InvocationId {
    if (handler === 'run') return workflowInvocationId({ name: service, key });
    if (idempotencyKey === undefined) return this.newId(service, key);
    return idempotentInvocationId({ service, handler, idempotencyKey, ...(key === '' ? {} : { key }) });
  }

  #run<C extends EngineCommand>(view: View, command: C, partition: number): { tx: Transaction; reply: ReplyOf<C> } {
    const tx = new Transaction(view);
    const env = {
      now: this.now,
      lead: this.lead,
      registry: this.registry,
      partition,
      partitions: this.partitions.length,
    };
    return { tx, reply: applyCommand(tx, env, command) };
  }

  #runUnloaded<C extends EngineCommand>(
    view: SceneView,
    command: C,
    partition: number,
  ): { tx: Transaction; reply: ReplyOf<C> } {
    const unloaded = new UnloadedView(view);
    for (let loads = 0; loads < loadsMax; loads++) {
      try {
        return this.#run(unloaded, command, partition);
      } catch (error) {
        if (!(error instanceof Need)) throw error;
        unloaded.load(error);
      }
    }
    throw new Error(`${command.kind} still needs something after ${loadsMax} loads.`);
  }
}

export function command(journaled: Command, ackRequested = false): AttemptMessage {
  return { kind: 'command', command: journaled, bytes: encodeCommand(journaled, { ackRequested }), ackRequested };
}

/** Output and End: the attempt is done. */
export const ends: readonly AttemptMessage[] = [
  command({ kind: 'output', name: '', result: success('done') }),
  { kind: 'end' },
];

/** `seenThrough`: how many entries the attempt was sent. */
export function suspendsOn(awaiting: Partial<AwaitSet>, seenThrough = 0): AttemptMessage {
  return { kind: 'suspend', awaiting: { completions: [], signals: [], namedSignals: [], ...awaiting }, seenThrough };
}

export function success(text: string): Result {
  return { kind: 'success', value: bytesOf(text) };
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function failure(code: number, message: string): Result {
  return { kind: 'failure', failure: { code, message, metadata: [] } };
}

function decisionOf(tx: Transaction, reply: unknown): unknown {
  return {
    changes: [...tx.changes].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    journalChanges: tx.journalChanges,
    effects: tx.effects,
    audits: tx.audits,
    reply,
  };
}
