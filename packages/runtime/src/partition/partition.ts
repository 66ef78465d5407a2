/**
 * A partition: the single writer of a share of all invocations. It orders commands, loads what they need, lets the engine decide, commits
 * many decisions in one durable write, and only then releases their effects.
 *
 * While one batch is being made durable the next one forms on top of it. A batch that promises nothing to anybody asks for no sync of its
 * own. If a commit fails, or nobody knows whether it happened, the partition restarts itself: recovery from a crash and recovery from a
 * failed commit are the same code.
 */
import type { InvocationId, Result } from '@holdfast/protocol';
import type { Timer } from '../clock.ts';
import type { EngineCommand, ReplyOf } from '../engine/command.ts';
import type { AttemptEffect, Effect } from '../engine/effect.ts';
import type { StateRecord } from '../engine/record.ts';
import type { Registry } from '../engine/registry.ts';
import type { Transaction } from '../engine/transaction.ts';
import type { PartitionStore } from '../store/store.ts';
import { CachedView } from './cached-view.ts';
import { CommandRunner } from './command-runner.ts';
import type { Job } from './command-runner.ts';
import { CompletionWaiters } from './completion-waiters.ts';
import { OpenBatch } from './open-batch.ts';
import { OutboxPump } from './outbox-pump.ts';
import { PartitionUnavailable } from './port.ts';
import type { AttemptPort, PartitionPort, PartitionReads } from './port.ts';
import type { PartitionLimits, PartitionOptions, PartitionStatistics } from './partition-options.ts';
import { TimerLoop } from './timer-loop.ts';

const DEFAULT_LIMITS: PartitionLimits = { queueMax: 20_000, batchCommandsMax: 2_000 };
/** While turns bring commands, a batch may wait for more of them: writing it costs about as much for one as for ten. */
const LINGER_TURNS_MAX = 4;
const RECOVERY_PAGE = 500;
const RESTART_DELAY_MIN_MS = 100;
const RESTART_DELAY_MAX_MS = 5_000;
/** Work that callers bring; the rest finishes work that was accepted, and is never turned away. */
const REFUSABLE: ReadonlySet<EngineCommand['kind']> = new Set(['invoke', 'attachCaller', 'editState', 'restart']);
/** Replies that only pace the shell itself promise nothing to anybody. */
const INTERNAL: ReadonlySet<EngineCommand['kind']> = new Set([
  'advanceAttempt',
  'failAttempt',
  'withdrawAttempt',
  'fireTimer',
  'adoptRegistry',
  'recover',
  'confirmMessage',
]);

/** What was running goes on when `recover()` is called; commands are taken from the beginning. */
export async function openPartition(options: PartitionOptions): Promise<Partition> {
  return new Partition(options, await options.openStore());
}

export class Partition implements PartitionPort, PartitionReads {
  readonly statistics: PartitionStatistics = { commands: 0, reruns: 0, commits: 0, syncs: 0 };
  readonly attempts: AttemptPort;
  readonly #options: PartitionOptions;
  readonly #limits: PartitionLimits;
  readonly #waiters = new CompletionWaiters();
  readonly #timers: TimerLoop;
  readonly #outbox: OutboxPump;
  #store: PartitionStore;
  #view: CachedView;
  #registry: Registry;
  #queue: Job[] = [];
  #queueHead = 0;
  #runner: CommandRunner;
  #batch = new OpenBatch(1);
  #committing: OpenBatch | undefined;
  #turnScheduled = false;
  #turnsLingered = 0;
  #undurable = false;
  #restartTimer: Timer | undefined;
  #restartDelayMs = RESTART_DELAY_MIN_MS;
  #generation = 0;
  /** Until a recovery has ended: what has an attempt of this life already, and needs none from it. */
  #ordered: Set<InvocationId> | undefined = new Set();
  /** The last commit that failed found no space. */
  #isFull = false;
  #state: 'open' | 'restarting' | 'closed' = 'open';
  #idle: (() => void)[] = [];

  constructor(options: PartitionOptions, store: PartitionStore) {
    this.#options = options;
    this.#store = store;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#registry = options.registry;
    this.#view = new CachedView(options.cache);
    this.#runner = this.#createRunner();
    this.#timers = new TimerLoop({
      store: () => this.#store,
      clock: options.clock,
      fire: (timer) => this.submit({ kind: 'fireTimer', timer }),
      onProblem: (error) => options.onProblem({ kind: 'timersFailed', partition: options.index, error }),
    });
    this.#outbox = new OutboxPump({
      store: () => this.#store,
      clock: options.clock,
      deliver: (row) =>
        options.deliver(row.target, { source: options.index, sequence: row.sequence, message: row.message }),
      confirm: (row) => this.submit({ kind: 'confirmMessage', target: row.target, sequence: row.sequence }),
    });
    this.attempts = options.createAttempts(this);
  }

  submit<C extends EngineCommand>(command: C): Promise<ReplyOf<C>> {
    return new Promise<ReplyOf<C>>((resolve, reject) => {
      const refusal = this.#refuse(command);
      if (refusal !== undefined) {
        reject(refusal);
        return;
      }
      // The reply of a command is of its own kind (see applyCommand); the queue holds all kinds.
      this.#queue.push({ command, resolve, reject });
      this.#schedule();
    });
  }

  onCompleted(invocation: InvocationId, callback: (result: Result | undefined) => void): () => void {
    return this.#waiters.add(invocation, callback);
  }

  readJournal(...query: Parameters<PartitionReads['readJournal']>): Promise<Uint8Array> {
    return this.#store.readJournal(...query);
  }

  readState(...query: Parameters<PartitionReads['readState']>): Promise<readonly StateRecord[]> {
    return this.#store.readState(...query);
  }

  /**
   * Orders attempts for what was running, sets the timers, delivers what is in transit. Never rejects: a store that cannot be written now
   * does not keep a runtime from starting, it is tried again.
   */
  async recover(): Promise<void> {
    const generation = this.#generation;
    try {
      await this.#recoverAll(generation);
    } catch (error) {
      this.#recoveryFailed(generation, error);
    }
  }

  async #recoverAll(generation: number): Promise<void> {
    let after: InvocationId | undefined;
    for (;;) {
      const running = await this.#store.listRunning(after, RECOVERY_PAGE);
      if (this.#isOver(generation)) return;
      await Promise.all(running.map((invocation) => this.#recoverOne(invocation)));
      if (this.#isOver(generation)) return;
      after = running.at(-1);
      if (running.length < RECOVERY_PAGE) break;
    }
    await this.#timers.restart();
    if (this.#isOver(generation)) return;
    await this.#outbox.restart();
    if (generation === this.#generation) this.#ordered = undefined;
  }

  /** Takes no more commands, lets those it has finish, and forgets its attempts. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#timers.stop();
    this.#outbox.stop();
    this.#restartTimer?.cancel();
    while (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#waiters.tellAllUnknown();
  }

  #refuse(command: EngineCommand): PartitionUnavailable | undefined {
    if (this.#state === 'closed') return new PartitionUnavailable('CLOSED', 'The runtime is shutting down.');
    if (this.#state === 'restarting') {
      if (this.#isFull) return storeFull();
      return new PartitionUnavailable(
        'STORE_UNAVAILABLE',
        'The store failed to commit; the partition is about to read it again.',
      );
    }
    if (REFUSABLE.has(command.kind) && this.#queueLength() >= this.#limits.queueMax) {
      return new PartitionUnavailable('OVERLOADED', `${this.#queueLength()} commands are waiting already.`);
    }
    return undefined;
  }

  #queueLength(): number {
    return this.#queue.length - this.#queueHead;
  }

  #schedule(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    this.#options.defer(() => {
      this.#turnScheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    let taken = 0;
    for (; taken < this.#limits.batchCommandsMax; taken++) {
      const job = this.#queue[this.#queueHead];
      if (job === undefined) break;
      this.#queueHead++;
      this.#runner.accept(job);
    }
    if (this.#queueHead === this.#queue.length) {
      this.#queue = [];
      this.#queueHead = 0;
    } else {
      // What was taken is cut off, or a queue that never runs empty would never shrink.
      this.#queue = this.#queue.slice(this.#queueHead);
      this.#queueHead = 0;
      this.#schedule();
    }
    if (taken > 0 && this.#turnsLingered < LINGER_TURNS_MAX && this.#committing === undefined) {
      this.#turnsLingered++;
      this.#schedule();
      return;
    }
    this.#flush();
  }

  #createRunner(): CommandRunner {
    const { clock, count, index, onProblem } = this.#options;
    return new CommandRunner({
      view: this.#view,
      store: this.#store,
      clock,
      env: () => ({ registry: this.#registry, partition: index, partitions: count }),
      onDecided: (job, tx, reply) => this.#merge(job, tx, reply),
      onCaughtUp: () => this.#flush(),
      onRerun: () => void this.statistics.reruns++,
      onFailed: (error, command) => onProblem({ kind: 'commandFailed', partition: index, error, command }),
    });
  }

  #merge(job: Job, tx: Transaction, reply: unknown): void {
    this.statistics.commands++;
    if (job.command.kind === 'adoptRegistry') this.#registry = job.command.registry;
    this.#view.apply(tx, this.#batch.number);
    this.#batch.add(tx);
    this.#noteOrdered(tx.effects);
    // The engine's reply to this command is what its submitter was promised.
    const resolve = (): void => job.resolve(reply as never);
    this.#batch.addReply({ kind: 'reply', resolve, reject: job.reject }, !INTERNAL.has(job.command.kind));
  }

  /** Not only when it is released: a store may list as running what it has not confirmed yet. */
  #noteOrdered(effects: readonly Effect[]): void {
    if (this.#ordered === undefined) return;
    for (const effect of effects) if (effect.kind === 'startAttempt') this.#ordered.add(effect.invocation);
  }

  #flush(): void {
    if (this.#committing !== undefined) return;
    this.#turnsLingered = 0;
    if (this.#batch.isEmpty) {
      this.#wakeIdle();
      return;
    }
    const batch = this.#batch;
    this.#batch = new OpenBatch(batch.number + 1);
    // Reads wait only for what they may have seen; when all of that is durable there is nothing to wait for.
    if (!batch.hasWrites && !(batch.durable && this.#undurable)) {
      this.#release(batch);
      this.#wakeIdle();
      return;
    }
    this.#committing = batch;
    const generation = this.#generation;
    this.statistics.commits++;
    if (batch.durable) this.statistics.syncs++;
    this.#store.commit(batch.toStore()).then(
      () => this.#committed(batch, generation),
      (error: unknown) => this.#commitFailed(batch, generation, error),
    );
    if (batch.durable) this.attempts.prepare(batch.ordered);
  }

  #committed(batch: OpenBatch, generation: number): void {
    if (generation !== this.#generation) return;
    this.#committing = undefined;
    this.#undurable = !batch.durable;
    this.#restartDelayMs = RESTART_DELAY_MIN_MS;
    this.#view.committed(batch.number, batch.keys, batch.invocations);
    this.#release(batch);
    this.#flush();
  }

  #release(batch: OpenBatch): void {
    const attempts: AttemptEffect[] = [];
    const replies: (() => void)[] = [];
    for (const release of batch.releases) {
      if (release.kind === 'reply') replies.push(release.resolve);
      else this.#perform(release.effect, attempts);
    }
    if (attempts.length > 0) this.attempts.release(attempts);
    for (const resolve of replies) resolve();
  }

  #perform(effect: Effect, attempts: AttemptEffect[]): void {
    switch (effect.kind) {
      case 'invocationCompleted':
        this.#waiters.tell(effect.invocation, effect.result);
        return;
      case 'armTimer':
        this.#timers.arm(effect.fireAt);
        return;
      case 'deliverMessage':
        this.#outbox.push(effect);
        return;
      default:
        attempts.push(effect);
    }
  }

  #commitFailed(batch: OpenBatch, generation: number, error: unknown): void {
    if (generation !== this.#generation) return;
    this.#options.onProblem({ kind: 'commitFailed', partition: this.#options.index, error });
    this.#isFull = isFull(error);
    this.#abandon(batch);
    this.#restart();
  }

  /** Drops everything that was not released, and tells whoever waits that nobody knows. */
  #abandon(failed: OpenBatch | undefined): void {
    const released = [...(failed?.releases ?? []), ...this.#batch.releases];
    const jobs = [...this.#queue.slice(this.#queueHead), ...this.#runner.abandon()];
    this.#generation++;
    this.#ordered = new Set();
    this.#committing = undefined;
    this.#batch = new OpenBatch(this.#batch.number + 1);
    this.#queue = [];
    this.#queueHead = 0;
    this.#view = new CachedView(this.#options.cache);
    this.#undurable = true;
    this.#timers.stop();
    this.#outbox.stop();
    this.attempts.resetAll();
    for (const release of released) if (release.kind === 'reply') release.reject(this.#failure());
    for (const job of jobs) job.reject(this.#failure());
    this.#waiters.tellAllUnknown();
  }

  /** A batch that found no space was rolled back, and what formed on top of it was never written: nothing of it happened. */
  #failure(): PartitionUnavailable {
    return this.#isFull ? storeFull() : outcomeUnknown();
  }

  #restart(): void {
    if (this.#state === 'closed') {
      this.#wakeIdle();
      return;
    }
    this.#state = 'restarting';
    this.#recoverLater();
  }

  #recoverLater(): void {
    this.#restartTimer = this.#options.clock.setTimer(this.#restartDelayMs, () => void this.#recoverAgain());
    this.#restartDelayMs = Math.min(this.#restartDelayMs * 2, RESTART_DELAY_MAX_MS);
  }

  async #recoverAgain(): Promise<void> {
    // While it serves, commands wait for loads of this store, and a batch may be on its way to it.
    if (this.#state === 'open') return this.recover();
    const generation = this.#generation;
    try {
      this.#store = await this.#options.openStore();
    } catch (error) {
      this.#recoveryFailed(generation, error);
      return;
    }
    if (generation !== this.#generation) return;
    this.#runner = this.#createRunner();
    // From here on commands are taken again; recovery orders what must run.
    if (this.#state === 'restarting') this.#state = 'open';
    await this.recover();
  }

  #isOver(generation: number): boolean {
    return generation !== this.#generation || this.#state === 'closed';
  }

  /** After a failed commit the restart is under way already, and the generation is another. */
  #recoveryFailed(generation: number, error: unknown): void {
    if (this.#isOver(generation)) return;
    this.#options.onProblem({ kind: 'recoveryFailed', partition: this.#options.index, error });
    this.#recoverLater();
  }

  /** An invocation that cannot be recovered is reported and left alone; it must not hold up the others. */
  async #recoverOne(invocation: InvocationId): Promise<void> {
    if (this.#ordered?.has(invocation) === true) return;
    try {
      await this.submit({ kind: 'recover', invocation });
    } catch (error) {
      if (error instanceof PartitionUnavailable) throw error;
    }
  }

  #isIdle(): boolean {
    return (
      this.#committing === undefined && this.#batch.isEmpty && this.#queueLength() === 0 && !this.#runner.isWaiting
    );
  }

  #wakeIdle(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const wake of waiting) wake();
  }
}

function outcomeUnknown(): PartitionUnavailable {
  return new PartitionUnavailable(
    'OUTCOME_UNKNOWN',
    'The store failed while this was being committed; whether it happened is not known. Ask by id or idempotency key.',
  );
}

function storeFull(): PartitionUnavailable {
  return new PartitionUnavailable(
    'STORE_FULL',
    'There is no space left for the store; what was asked for was not done.',
  );
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'STORE_FULL';
}
