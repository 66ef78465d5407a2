import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DeploymentId } from '@holdfast/protocol';
import type { AuditRecord } from '../../engine/record.ts';
import type { Registry } from '../../engine/registry.ts';
import { storeClosed } from '../store-error.ts';
import type { DeploymentBlocker, PartitionStore, Store } from '../store.ts';
import { Checkpointer } from './checkpointer.ts';
import type { CoveringSync } from './covering-sync.ts';
import type { DirectoryLock } from './directory-lock.ts';
import type { SequenceCounter } from './partition-journal.ts';
import { prepareTables } from './partition-tables.ts';
import type { PartitionTables } from './partition-tables.ts';
import { isSyncFailure, toStoreError, withStoreErrors } from './sqlite-error.ts';
import { SqlitePartition } from './sqlite-partition.ts';
import type { SharedDatabase } from './sqlite-partition.ts';
import type { SyncMark } from './sync-mark.ts';
import { prepareAudit } from './statements/audit.ts';
import type { AuditStatements } from './statements/audit.ts';
import { prepareJournal } from './statements/journal.ts';
import type { JournalStatements } from './statements/journal.ts';
import { prepareRegistry } from './statements/registry.ts';
import type { RegistryStatements } from './statements/registry.ts';

export interface SqliteStoreParts {
  /** The keeper connection: open for the store's whole life, and its only writer. */
  readonly database: DatabaseSync;
  readonly path: string;
  readonly sync: CoveringSync;
  readonly mark: SyncMark;
  readonly lock: DirectoryLock;
  readonly onTrouble: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

export class SqliteStore implements Store, SharedDatabase {
  readonly tables: PartitionTables;
  readonly journal: JournalStatements;
  readonly audit: AuditStatements;
  readonly sequence: SequenceCounter;
  /** The database file, for read-only connections of other processes. */
  readonly path: string;
  readonly #parts: SqliteStoreParts;
  readonly #registry: RegistryStatements;
  readonly #checkpointer: Checkpointer;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #handles = new Map<number, SqlitePartition>();
  #closing: Promise<void> | undefined;

  constructor(parts: SqliteStoreParts) {
    const { database, path, sync, onTrouble } = parts;
    this.#parts = parts;
    this.path = path;
    this.tables = prepareTables(database);
    this.journal = prepareJournal(database);
    this.audit = prepareAudit(database);
    this.sequence = { next: this.journal.findLastSequence() + 1 };
    this.#registry = prepareRegistry(database);
    this.#begin = database.prepare('begin immediate');
    this.#commit = database.prepare('commit');
    this.#checkpointer = new Checkpointer({
      database,
      path,
      onSyncFailed: (cause) => sync.fail(cause),
      onCheckpoint: () => sync.verifyFile(),
      onTrouble,
    });
  }

  async openPartition(partition: number): Promise<PartitionStore> {
    this.refuseIfUnusable();
    const handle = withStoreErrors(() => new SqlitePartition(this, partition));
    this.#handles.set(partition, handle);
    return handle;
  }

  async loadRegistry(): Promise<Registry> {
    this.refuseIfUnusable();
    return withStoreErrors(() => this.#registry.load());
  }

  async saveRegistry(registry: Registry, audit: readonly AuditRecord[]): Promise<void> {
    this.refuseIfUnusable();
    await this.write(() => {
      this.#registry.replace(registry);
      for (const record of audit) this.audit.append(record);
    }, true);
  }

  async listBlockers(deployment: DeploymentId, limit: number): Promise<readonly DeploymentBlocker[]> {
    this.refuseIfUnusable();
    const records = withStoreErrors(() => this.tables.invocation.listBlockers(deployment, limit));
    return records.map((record) => ({ invocation: record.id, record }));
  }

  async listAudit(query: { readonly subject?: string; readonly limit: number }): Promise<readonly AuditRecord[]> {
    this.refuseIfUnusable();
    return withStoreErrors(() => this.audit.list(query));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  isCurrent(partition: number, handle: SqlitePartition): boolean {
    return this.#handles.get(partition) === handle;
  }

  refuseIfUnusable(): void {
    if (this.#closing !== undefined) throw storeClosed();
    const { failure } = this.#parts.sync;
    if (failure !== undefined) throw failure;
  }

  async write(work: () => void, durable: boolean): Promise<void> {
    this.#transact(work);
    this.#parts.sync.noteWrite();
    const covered = durable ? this.#parts.sync.cover() : undefined;
    this.#checkpointer.noteCommit();
    if (covered !== undefined) await covered;
  }

  /** Waits until everything committed so far is on disk. */
  cover(): Promise<void> {
    return this.#parts.sync.cover();
  }

  #transact(work: () => void): void {
    const { database, sync } = this.#parts;
    try {
      this.#begin.run();
      work();
      this.#commit.run();
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (database.isTransaction) database.exec('rollback');
      const failure = toStoreError(error);
      if (isSyncFailure(error)) sync.fail(error);
      throw failure;
    } finally {
      this.tables.invocation.forgetNumbers();
    }
  }

  async #close(): Promise<void> {
    const { database, sync, mark, lock } = this.#parts;
    const failed = sync.failure !== undefined;
    await this.#checkpointer.close();
    try {
      // Whoever opens the store next then has nothing to recover. After a failed sync nothing may be written any more.
      if (!failed) database.exec('pragma wal_checkpoint(truncate)');
    } finally {
      await sync.close();
      mark.close();
      database.close();
      lock.release();
    }
  }
}
