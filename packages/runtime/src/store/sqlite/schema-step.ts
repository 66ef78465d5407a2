/**
 * Brings a database to the schema of this release: numbered steps, each in a transaction of its own, each recorded with the checksum of its
 * text. A store that has steps this release does not know is refused, never guessed at.
 */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';
import { firstTables } from './steps/0001-first-tables.ts';

export interface SchemaStep {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

export const schemaSteps: readonly SchemaStep[] = [{ number: 1, name: 'first-tables', sql: firstTables }];

const stepTable = `
-- Schema steps that were applied. Written by the step itself; rows never die.
create table if not exists schema_step (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied_at integer not null
) strict;
`;

export function applySchemaSteps(database: DatabaseSync, steps: readonly SchemaStep[], now: number): void {
  database.exec(stepTable);
  const applied = listApplied(database);
  for (const [number, step] of applied) refuseForeignStep(steps, number, step);
  for (const step of steps) {
    if (applied.has(step.number)) continue;
    database.exec('begin immediate');
    try {
      database.exec(step.sql);
      database
        .prepare('insert into schema_step (number, name, checksum, applied_at) values (?, ?, ?, ?)')
        .run(step.number, step.name, checksumOf(step), now);
      database.exec('commit');
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  }
}

export function checksumOf(step: SchemaStep): string {
  return createHash('sha256').update(step.sql).digest('hex');
}

interface AppliedStep {
  readonly name: string;
  readonly checksum: string;
}

function listApplied(database: DatabaseSync): ReadonlyMap<number, AppliedStep> {
  const rows = database.prepare('select number, name, checksum from schema_step order by number').all();
  return new Map(
    rows.map((row) => [Number(row['number']), { name: String(row['name']), checksum: String(row['checksum']) }]),
  );
}

function refuseForeignStep(steps: readonly SchemaStep[], number: number, applied: AppliedStep): void {
  const known = steps.find((step) => step.number === number);
  const last = steps.at(-1)?.number ?? 0;
  if (known === undefined) {
    throw new StoreError('STORE_NEWER', {
      message: `The store has schema step ${number} ("${applied.name}"); this release of Holdfast knows steps up to ${last}.`,
      hint: 'Start the release that wrote the store, or a later one. Downgrading needs a backup from before the upgrade.',
      details: { step: number, name: applied.name, knownUpTo: last },
    });
  }
  if (checksumOf(known) !== applied.checksum) {
    throw new StoreError('STORE_SCHEMA_CHANGED', {
      message: `Schema step ${number} was applied as "${applied.name}" with other statements than this release has.`,
      hint: 'The store was written by an unreleased or modified build. Use that build, or start with an empty data directory.',
      details: { step: number, applied: applied.checksum, known: checksumOf(known) },
    });
  }
}
