import type { DatabaseSync } from 'node:sqlite';
import type { AuditRecord } from '../../../engine/record.ts';
import { integerOf, textOf } from './row.ts';
import type { Row } from './row.ts';

export interface AuditStatements {
  append(record: AuditRecord): void;
  /** Latest first. */
  list(query: { readonly subject?: string; readonly limit: number }): readonly AuditRecord[];
}

export function prepareAudit(database: DatabaseSync): AuditStatements {
  const columns = 'at, actor, act, subject, reason, before, after';
  const append = database.prepare(`insert into audit (${columns}) values (?, ?, ?, ?, ?, ?, ?)`);
  const list = database.prepare(`select ${columns} from audit order by sequence desc limit ?`);
  const listOfSubject = database.prepare(`
    select ${columns} from audit where subject = ? order by sequence desc limit ?`);
  return {
    append(record) {
      const { at, actor, act, subject, reason, before, after } = record;
      append.run(at, actor, act, subject, reason, toJson(before), toJson(after));
    },
    list({ subject, limit }) {
      const rows = subject === undefined ? list.all(limit) : listOfSubject.all(subject, limit);
      return rows.map(decode);
    },
  };
}

function toJson(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function decode(row: Row): AuditRecord {
  return {
    at: integerOf(row, 'at'),
    actor: textOf(row, 'actor'),
    act: textOf(row, 'act'),
    subject: textOf(row, 'subject'),
    reason: textOf(row, 'reason'),
    before: JSON.parse(textOf(row, 'before')),
    after: JSON.parse(textOf(row, 'after')),
  };
}
