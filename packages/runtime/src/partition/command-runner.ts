/**
 * Runs commands on the engine, one after the other, and loads what they need. A load may take its time: then its command waits, those of the
 * same routing key queue behind it, and all others go on.
 */
import type { Clock } from '../clock.ts';
import { applyCommand } from '../engine/apply-command.ts';
import type { EngineCommand } from '../engine/command.ts';
import type { Env } from '../engine/env.ts';
import { Need } from '../engine/need.ts';
import { listAbsent, prefetch, routingKey } from '../engine/prefetch.ts';
import { Transaction } from '../engine/transaction.ts';
import type { Loaded, LoadRequest, PartitionStore } from '../store/store.ts';
import type { CachedView, PendingLoad } from './cached-view.ts';
import { CutAttempts } from './cut-attempts.ts';
import { LoadPatience } from './load-patience.ts';
import { PartitionUnavailable } from './port.ts';

export interface Job {
  readonly command: EngineCommand;
  readonly resolve: (reply: never) => void;
  readonly reject: (error: Error) => void;
}

export interface CommandRunnerParts {
  readonly view: CachedView;
  readonly store: PartitionStore;
  readonly clock: Clock;
  /** Without the time, which each run takes anew. */
  readonly env: () => Omit<Env, 'now' | 'lead'>;
  /** The engine decided: `tx` is to be merged, `reply` to be given once it is durable. */
  readonly onDecided: (job: Job, tx: Transaction, reply: unknown) => void;
  /** Commands that had waited for a load have run. */
  readonly onCaughtUp: () => void;
  readonly onRerun: () => void;
  /** A bug, confined to one command. */
  readonly onFailed: (error: unknown, command: EngineCommand['kind']) => void;
}

export class CommandRunner {
  readonly #parts: CommandRunnerParts;
  /** Commands that wait behind one of the same routing key. */
  readonly #parked = new Map<string, Job[]>();
  readonly #cut = new CutAttempts();
  #abandoned = false;

  constructor(parts: CommandRunnerParts) {
    this.#parts = parts;
  }

  /** Whether some command waits for a load. */
  get isWaiting(): boolean {
    return this.#parked.size > 0;
  }

  accept(job: Job): void {
    const waiting = this.#parked.get(routingKey(job.command));
    if (waiting === undefined) this.#run(job, new LoadPatience(), true);
    else waiting.push(job);
  }

  /** Runs nothing any more, and returns what had not run; a command under load is rejected when its load ends. */
  abandon(): readonly Job[] {
    this.#abandoned = true;
    const jobs = [...this.#parked.values()].flat();
    this.#parked.clear();
    return jobs;
  }

  /** Runs a command until it has what it needs. Returns false when it waits for a load. */
  #run(job: Job, patience: LoadPatience, hinted: boolean): boolean {
    const { command } = job;
    const { clock, env, onDecided, onFailed, onRerun, view } = this.#parts;
    if (this.#cut.refuses(command)) {
      job.reject(behindHole());
      return true;
    }
    const moment = clock.now();
    const now = { ...env(), now: moment, lead: Math.max(0, moment - clock.wall()) };
    let request = hinted ? this.#hint(now, command) : undefined;
    for (;;) {
      if (request !== undefined) {
        const loaded = this.#load(job, request, patience);
        if (loaded !== 'now') return loaded === 'failed';
      }
      const tx = new Transaction(view);
      try {
        const reply = applyCommand(tx, now, command);
        this.#cut.forget(command);
        onDecided(job, tx, reply);
        return true;
      } catch (error) {
        if (!(error instanceof Need) || !patience.allows(error)) {
          onFailed(error, command.kind);
          this.#refuse(job, error instanceof Error ? error : new Error(String(error)));
          return true;
        }
        onRerun();
        request = error;
      }
    }
  }

  #hint(env: Env, command: EngineCommand): LoadRequest | undefined {
    for (const ref of listAbsent(command)) this.#parts.view.noteAbsent(ref);
    const records = prefetch(env, command).filter((ref) => !this.#parts.view.holds(ref));
    return records.length === 0 ? undefined : { records, ranges: [], journals: [] };
  }

  #load(job: Job, request: LoadRequest, patience: LoadPatience): 'now' | 'later' | 'failed' {
    const { clock, store, view } = this.#parts;
    const pending = view.beginLoad(request);
    let loaded: Loaded | Promise<Loaded>;
    try {
      loaded = store.load(request);
    } catch (error) {
      view.endLoad(pending, undefined, 0);
      this.#refuse(job, unreadable(error));
      return 'failed';
    }
    if (!(loaded instanceof Promise)) {
      view.endLoad(pending, loaded, clock.now());
      return 'now';
    }
    void this.#park(job, patience, loaded, pending);
    return 'later';
  }

  async #park(job: Job, patience: LoadPatience, loading: Promise<Loaded>, pending: PendingLoad): Promise<void> {
    const key = routingKey(job.command);
    if (!this.#parked.has(key)) this.#parked.set(key, []);
    const loaded = await loading.catch((error: unknown) => unreadable(error));
    const failed = loaded instanceof PartitionUnavailable ? loaded : undefined;
    this.#parts.view.endLoad(
      pending,
      loaded instanceof PartitionUnavailable ? undefined : loaded,
      this.#parts.clock.now(),
    );
    if (this.#abandoned) {
      job.reject(notDone());
      return;
    }
    if (failed !== undefined) this.#refuse(job, failed);
    else if (!this.#run(job, patience, false)) return;
    this.#unpark(key);
    this.#parts.onCaughtUp();
  }

  #refuse(job: Job, reason: Error): void {
    this.#cut.note(job.command);
    job.reject(reason);
  }

  #unpark(key: string): void {
    for (;;) {
      const next = this.#parked.get(key)?.shift();
      if (next === undefined) {
        this.#parked.delete(key);
        return;
      }
      if (!this.#run(next, new LoadPatience(), true)) return;
    }
  }
}

/** Nothing was done: what the command needed could not be read. */
function unreadable(error: unknown): PartitionUnavailable {
  const reason = error instanceof Error ? error.message : String(error);
  return new PartitionUnavailable('STORE_UNAVAILABLE', `The store could not be read: ${reason}`);
}

function behindHole(): PartitionUnavailable {
  return new PartitionUnavailable('OVERLOADED', 'An earlier message of this attempt was not taken.');
}

function notDone(): PartitionUnavailable {
  return new PartitionUnavailable(
    'STORE_UNAVAILABLE',
    'The store failed to commit; the partition is about to read it again.',
  );
}
