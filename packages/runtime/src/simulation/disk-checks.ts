/** What must be true of a store: at any moment, and at the end when nothing is left to do. */
import { decodeStoredEntry, splitFrames } from '@holdfast/protocol';
import type { Command, Notification } from '@holdfast/protocol';
import type { TableName, TableRecord } from '../engine/record-table.ts';
import type { CountRecord, InvocationRecord, StateRecord } from '../engine/record.ts';
import type { DiskImage } from '../store/memory/simulated-disk.ts';
import type { PartitionImage } from '../store/memory/partition-image.ts';
import type { Violation } from './effects-ledger.ts';
import type { Program } from './program.ts';

/** Far more than crashes and faults of a world can cause; beyond, something turns in circles. */
const ATTEMPTS_MAX = 400;

export function listInvocations(image: DiskImage): readonly InvocationRecord[] {
  return image.partitions().flatMap((partition) => recordsOf(partition, 'invocation').map((entry) => entry.record));
}

/** Nothing is under way any more. The answer of a call whose caller was killed is delivered after both have ended. */
export function isSettled(image: DiskImage): boolean {
  return (
    listInvocations(image).every((record) => record.state.status === 'completed') &&
    image.partitions().every((partition) => recordsOf(partition, 'outbox').length === 0)
  );
}

function recordsOf<T extends TableName>(
  partition: PartitionImage,
  table: T,
): readonly Extract<TableRecord, { table: T }>[] {
  // The filter leaves entries of this table only.
  return [...partition.records.values()].filter((entry) => entry.table === table) as Extract<
    TableRecord,
    { table: T }
  >[];
}

/** At every commit: counters tell exactly what is there, and no key has two holders. */
export function checkAlways(image: DiskImage, violation: Violation): void {
  for (const partition of image.partitions()) {
    checkCounts(partition, violation);
    checkHolders(partition, violation);
  }
}

function checkCounts(partition: PartitionImage, violation: Violation): void {
  const counted = new Map<string, CountRecord>(
    recordsOf(partition, 'count').map(({ record }) => [record.deployment, record]),
  );
  const names = {
    running: 'running',
    backingOff: 'running',
    suspended: 'suspended',
    paused: 'paused',
    scheduled: 'scheduled',
    pending: 'queued',
  } as const;
  const actual = new Map<string, number>();
  const add = (deployment: string, name: string): void =>
    void actual.set(`${deployment} ${name}`, (actual.get(`${deployment} ${name}`) ?? 0) + 1);
  for (const { record } of recordsOf(partition, 'invocation')) {
    const { status } = record.state;
    if (status !== 'completed') add(record.pin.deployment, names[status]);
    else if (record.target.handlerKind === 'run') add(record.pin.deployment, 'retainedWorkflows');
  }
  for (const { record } of recordsOf(partition, 'outbox'))
    if (record.message.kind === 'accept') add(record.message.proposedDeployment, 'inTransit');
  for (const [deployment, record] of counted) {
    for (const [name, count] of Object.entries(record)) {
      if (name === 'deployment') continue;
      const found = actual.get(`${deployment} ${name}`) ?? 0;
      if (found !== count) violation('P10', `${deployment} counts ${count} ${name}, but holds ${found}`);
      actual.delete(`${deployment} ${name}`);
    }
  }
  for (const uncounted of actual.keys()) violation('P10', `work is not counted at all: ${uncounted}`);
}

function checkHolders(partition: PartitionImage, violation: Violation): void {
  const holders = new Map<string, string>();
  for (const { record } of recordsOf(partition, 'invocation')) {
    const { target, state } = record;
    if (
      target.handlerKind !== 'exclusive' ||
      state.status === 'pending' ||
      state.status === 'scheduled' ||
      state.status === 'completed'
    )
      continue;
    const key = `${target.service}/${target.key}`;
    const other = holders.get(key);
    if (other !== undefined) violation('P7', `${other} and ${record.id} both hold ${key}`);
    holders.set(key, record.id);
  }
}

/** When all is done: nothing is left over, and state is the fold of what the journals say. */
export function checkEnd(
  image: DiskImage,
  parts: {
    readonly violation: Violation;
    /** Whether all journals that wrote this key are there, and nobody else wrote it. */ readonly isExact: (
      key: string,
    ) => boolean;
  },
): void {
  const { violation, isExact } = parts;
  for (const partition of image.partitions()) {
    for (const table of ['object', 'queue', 'sink', 'outbox'] as const) {
      for (const entry of recordsOf(partition, table))
        violation('leftovers', `${table} record is left: ${JSON.stringify(entry.record)}`);
    }
    const bumps = new Map<string, number>();
    for (const { record } of recordsOf(partition, 'invocation')) checkJournal(partition, record, bumps, violation);
    for (const { record } of recordsOf(partition, 'state')) {
      if (record.name === 'count') checkSum(record, bumps, parts);
    }
    for (const [key, count] of bumps) {
      if (count > 0 && isExact(key))
        violation('state', `${key} has no count, but its journals hold ${count} increments`);
    }
  }
}

function checkSum(
  record: StateRecord,
  bumps: Map<string, number>,
  parts: { readonly violation: Violation; readonly isExact: (key: string) => boolean },
): void {
  const key = `${record.service}/${record.key}`;
  const value = Number(JSON.parse(new TextDecoder().decode(record.value)));
  const expected = bumps.get(key) ?? 0;
  // NaN: somebody cleared the key.
  if (value !== expected && !Number.isNaN(expected) && parts.isExact(key))
    parts.violation('state', `${key} counts ${value}, but its journals hold ${expected} increments`);
  bumps.delete(key);
}

function checkJournal(
  partition: PartitionImage,
  record: InvocationRecord,
  bumps: Map<string, number>,
  violation: Violation,
): void {
  if (record.state.status === 'completed' && !record.state.journalKept) return;
  const entries: (Command | Notification)[] = partition
    .journal(record.id)
    .flatMap((bytes) => splitFrames(bytes).map(decodeStoredEntry));
  if (entries.length !== record.journal.length)
    violation('journal', `${record.id} has ${entries.length} entries, its row says ${record.journal.length}`);
  checkFirstWins(record.id, entries, violation);
  if (record.epoch > ATTEMPTS_MAX) violation('liveness', `${record.id} took ${record.epoch} attempts`);
  const isBump = (entry: Command | Notification): boolean =>
    entry.kind === 'setState' && new TextDecoder().decode(entry.key) === 'count';
  const written = entries.filter(isBump).length;
  const key = `${record.target.service}/${record.target.key}`;
  const cleared = entries.some((entry) => entry.kind === 'clearAllState');
  bumps.set(key, cleared ? Number.NaN : (bumps.get(key) ?? 0) + written);
  const input = entries[0];
  if (input?.kind !== 'input' || record.state.status !== 'completed' || record.state.result.kind !== 'success') return;
  // Programs are put into inputs by this simulation only.
  const program = JSON.parse(new TextDecoder().decode(input.value)) as Program;
  const expected = program.operations.filter((operation) => operation.op === 'bump').length;
  if (written !== expected) violation('P1', `${record.id} ended well with ${written} of its ${expected} increments`);
}

/** A result that was recorded under an id never gets a second one; cancellations are the only notifications that come again. */
function checkFirstWins(id: string, entries: readonly (Command | Notification)[], violation: Violation): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    if (entry.kind !== 'notification' || (entry.id.kind === 'signal' && entry.id.id === 1)) continue;
    const name = JSON.stringify(entry.id);
    if (seen.has(name)) violation('P1', `the journal of ${id} holds two results for ${name}`);
    seen.add(name);
  }
}
