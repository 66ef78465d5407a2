import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSqliteStore } from './open-store.ts';
import { applySchemaSteps, schemaSteps } from './schema-step.ts';
import type { SchemaStep } from './schema-step.ts';

const now = 1_700_000_000_000;
const newer: SchemaStep = { number: 99, name: 'from-the-future', sql: 'create table future (a integer) strict' };

test('the schema after all steps is the one that was reviewed', async () => {
  const database = new DatabaseSync(':memory:');
  applySchemaSteps(database, schemaSteps, now);

  await expect(describeSchema(database)).toMatchFileSnapshot('./schema.golden.sql');
});

test('every table opens with who writes it and when its rows die', () => {
  for (const step of schemaSteps) {
    const tables = step.sql.split('create table').slice(0, -1);
    for (const before of tables) {
      const [comment = ''] = /(?:--[^\n]*\n)*$/.exec(before) ?? [];
      expect(comment).toMatch(/ [Ww]ritten /);
      expect(comment).toMatch(/ (dies?|append-only)\b/);
    }
  }
});

test('steps are applied once, in order', () => {
  const database = new DatabaseSync(':memory:');

  applySchemaSteps(database, schemaSteps, now);
  applySchemaSteps(database, schemaSteps, now + 1);

  const applied = database.prepare('select number, applied_at from schema_step order by number').all();
  expect(applied.map((row) => ({ ...row }))).toEqual(schemaSteps.map(({ number }) => ({ number, applied_at: now })));
});

test('a step that fails leaves nothing of itself', () => {
  const database = new DatabaseSync(':memory:');
  applySchemaSteps(database, schemaSteps, now);
  const before = describeSchema(database);
  const broken = { number: 50, name: 'broken', sql: 'create table half (a integer) strict; create table half (a)' };

  expect(() => applySchemaSteps(database, [...schemaSteps, broken], now)).toThrow('already exists');

  expect(describeSchema(database)).toBe(before);
  applySchemaSteps(database, schemaSteps, now);
});

test('a store that a newer release wrote is refused', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-schema-'));
  const store = await openSqliteStore({ directory, onFatal: () => {} });
  await store.close();
  const database = new DatabaseSync(store.path);
  applySchemaSteps(database, [...schemaSteps, newer], now);
  database.close();

  await expect(openSqliteStore({ directory, onFatal: () => {} })).rejects.toMatchObject({
    code: 'STORE_NEWER',
    message: `The store has schema step 99 ("from-the-future"); this release of Holdfast knows steps up to ${schemaSteps.length}.`,
  });
  rmSync(directory, { recursive: true });
});

test('a step that was changed after it was applied is refused', () => {
  const database = new DatabaseSync(':memory:');
  applySchemaSteps(database, [newer], now);

  expect(() => applySchemaSteps(database, [{ ...newer, sql: `${newer.sql}; select 1` }], now)).toThrow(
    'Schema step 99 was applied as "from-the-future" with other statements than this release has.',
  );
});

function describeSchema(database: DatabaseSync): string {
  const rows = database
    .prepare(
      "select sql from sqlite_schema where sql is not null and name not like 'sqlite_%' order by type desc, name",
    )
    .all();
  return `${rows.map((row) => `${String(row['sql'])};`).join('\n\n')}\n`;
}
