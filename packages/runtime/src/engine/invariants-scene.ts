/** The invariants of SPEC.md as checks over a whole stage: every partition, every record, every message on its way. For tests. */
import { decodeStoredEntry, splitFrames } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import { expect } from 'vitest';
import type { EngineScene } from './engine-scene.ts';
import { EMPTY_JOURNAL, foldEntry } from './fold-journal.ts';
import type { CountRecord, InvocationRecord, PartitionMessage, Sink } from './record.ts';
import { isSatisfied } from './rules/append-notification.ts';
import type { SceneView } from './view-scene.ts';

export function checkInvariants(scene: EngineScene): void {
  for (const view of scene.partitions) {
    checkCounts(view);
    checkKeys(view);
    checkTimers(view);
    for (const record of view.all('invocation')) {
      checkJournal(view, record);
      checkRow(view, record);
      checkSuspension(record);
      checkPin(record);
    }
  }
  checkWaiters(scene);
}

const noCounts = { running: 0, suspended: 0, paused: 0, scheduled: 0, queued: 0, inTransit: 0, retainedWorkflows: 0 };

/** I3: the counters of a deployment are exactly what records and outbox hold. */
function checkCounts(view: SceneView): void {
  const counted = new Map<string, Omit<CountRecord, 'deployment'>>();
  const add = (deployment: string, name: keyof typeof noCounts): void => {
    const counts = counted.get(deployment) ?? noCounts;
    counted.set(deployment, { ...counts, [name]: counts[name] + 1 });
  };
  for (const { pin, state, target } of view.all('invocation')) {
    if (state.status === 'running' || state.status === 'backingOff') add(pin.deployment, 'running');
    else if (state.status === 'pending') add(pin.deployment, 'queued');
    else if (state.status !== 'completed') add(pin.deployment, state.status);
    else if (target.handlerKind === 'run') add(pin.deployment, 'retainedWorkflows');
  }
  for (const { message } of view.all('outbox'))
    if (message.kind === 'accept') add(message.proposedDeployment, 'inTransit');
  for (const { deployment, ...counts } of view.all('count')) {
    expect(counts).toEqual(counted.get(deployment) ?? noCounts);
    counted.delete(deployment);
  }
  expect([...counted]).toEqual([]);
}

/** I4, I5: one holder per busy key, and whoever is pending stands in its queue at its place. */
function checkKeys(view: SceneView): void {
  const exclusive = view.all('invocation').filter(({ target }) => target.handlerKind === 'exclusive');
  const holders = exclusive.filter(({ state }) => !['scheduled', 'pending', 'completed'].includes(state.status));
  const objects = view.all('object');
  const keyed = (one: { readonly service: string; readonly key: string }, id: InvocationId): string =>
    `${one.service}/${one.key} ${id}`;
  expect(
    objects.flatMap((object) => (object.holder === undefined ? [] : [keyed(object, object.holder)])).toSorted(),
  ).toEqual(holders.map(({ target, id }) => keyed(target, id)).toSorted());
  // The row lives exactly as long as somebody holds the key.
  expect(objects.filter((object) => object.holder === undefined)).toEqual([]);

  const places = exclusive.flatMap(({ state, target, id }) =>
    state.status === 'pending' ? [`${keyed(target, id)} ${state.sequence}`] : [],
  );
  const queued = view.all('queue').map((entry) => `${keyed(entry, entry.invocation)} ${entry.sequence}`);
  expect(queued.toSorted()).toEqual(places.toSorted());
  for (const entry of view.all('queue')) {
    const object = objects.find(({ service, key }) => service === entry.service && key === entry.key);
    expect(object).toBeDefined();
    expect(entry.sequence).toBeGreaterThanOrEqual(object?.head ?? Infinity);
    expect(entry.sequence).toBeLessThan(object?.tail ?? -Infinity);
  }
}

/** I6: the summary is the fold of the frames, and no completion has two results. */
function checkJournal(view: SceneView, record: InvocationRecord): void {
  const frames = view.journal(record.id).flatMap((bytes) => splitFrames(bytes));
  if (record.state.status === 'completed') {
    if (record.state.journalKept) expect(frames).toHaveLength(record.journal.length);
    else expect(frames).toEqual([]);
    return;
  }
  const entries = frames.map((frame) => decodeStoredEntry(frame));
  const whole = entries.reduce((folded, entry) => foldEntry(folded, entry, 0), { ...record, journal: EMPTY_JOURNAL });
  expect(record.journal).toEqual(whole.journal);
  const completed = entries.flatMap((entry) =>
    entry.kind === 'notification' && entry.id.kind === 'completion' ? [entry.id.id] : [],
  );
  expect(new Set(completed).size).toBe(completed.length);
}

/** I7: what a store would read back after a crash folds to the record in memory; only running ones have a tail. */
function checkRow(view: SceneView, record: InvocationRecord): void {
  const row = view.rows.get(record.id);
  if (row === undefined) throw new Error(`${record.id} has no row.`);
  const tail = view
    .journal(record.id)
    .slice(row.journal.length)
    .flatMap((bytes) => splitFrames(bytes));
  const folded = tail.reduce((sum, frame) => foldEntry(sum, decodeStoredEntry(frame), 0), row);
  // The time since the last command starts again with the process.
  const withoutTime = ({ retry, ...rest }: InvocationRecord): unknown => ({ ...rest, retry: { ...retry, since: 0 } });
  expect(withoutTime(folded)).toEqual(withoutTime(record));
  if (record.state.status !== 'running' && record.state.status !== 'completed') expect(tail).toEqual([]);
}

/** I11: nobody sleeps on what is already there. A cancellation that the attempt saw does not count. */
function checkSuspension(record: InvocationRecord): void {
  if (record.state.status !== 'suspended') return;
  expect(isSatisfied(record.state.awaiting, record.journal, Infinity)).toBe(false);
}

/** I2: the history ends with the pin, and starts with acceptance or a restart. */
function checkPin(record: InvocationRecord): void {
  expect(record.versions.at(-1)?.deployment).toBe(record.pin.deployment);
  expect(record.versions.map(({ fromEntry }) => fromEntry)).toEqual(
    record.versions.map(({ fromEntry }) => fromEntry).toSorted((a, b) => a - b),
  );
}

/** I15: whoever waits for time has a timer. */
function checkTimers(view: SceneView): void {
  const has = (id: InvocationId, fits: (purpose: string, fireAt: number) => boolean): boolean =>
    view
      .all('timer')
      .some(
        ({ invocation, purpose, fireAt }) =>
          invocation === id &&
          fits(
            purpose.kind === 'sleep'
              ? `sleep ${purpose.completionId}`
              : purpose.kind === 'retry'
                ? `retry ${purpose.epoch}`
                : purpose.kind,
            fireAt,
          ),
      );
  for (const { id, state, epoch, journal } of view.all('invocation')) {
    if (state.status === 'scheduled')
      expect(has(id, (purpose, fireAt) => purpose === 'start' && fireAt === state.startAt)).toBe(true);
    if (state.status === 'backingOff')
      expect(has(id, (purpose, fireAt) => purpose === `retry ${epoch}` && fireAt === state.retryAt)).toBe(true);
    if (state.status === 'completed') {
      expect(has(id, (purpose) => purpose === 'dropInvocation')).toBe(true);
      continue;
    }
    for (const [completionId, kind] of Object.entries(journal.open))
      if (kind === 'sleep') expect(has(id, (purpose) => purpose === `sleep ${completionId}`)).toBe(true);
  }
}

/** I15: for every result that an invocation waits for there is somebody, or a message on its way, who will produce it. */
function checkWaiters(scene: EngineScene): void {
  const messages = scene.outbox().map(({ message }) => message);
  for (const record of scene.all('invocation')) {
    const sinks = scene.all('sink').filter(({ awaited }) => awaited === record.id);
    expect(record.state.status === 'completed' ? 0 : record.moreSinks).toBe(sinks.length);
    if (record.state.status === 'completed') continue;
    for (const [text, kind] of Object.entries(record.journal.open)) {
      const completionId = Number(text);
      if (kind === 'call' || kind === 'attachInvocation') {
        const { createdAt } = record;
        const sink: Sink = { invocation: record.id, createdAt, completionId, notification: kind };
        expect({ sink, answered: willAnswer(scene, messages, sink) }).toEqual({ sink, answered: true });
      } else if (kind === 'getPromise') {
        const waiting = scene
          .all('promise')
          .some(
            ({ result, waiters }) =>
              result === undefined &&
              waiters.some(
                (one) =>
                  one.invocation === record.id &&
                  one.createdAt === record.createdAt &&
                  one.completionId === completionId,
              ),
          );
        expect(waiting).toBe(true);
      } else if (kind === 'getInvocationOutput') {
        expect(messages.some((message) => isOutputFor(message, record, completionId))).toBe(true);
      } else {
        // Everything else is answered in the command that asks, but for sleeps and steps.
        expect(['sleep', 'run']).toContain(kind);
      }
    }
  }
}

function willAnswer(scene: EngineScene, messages: readonly PartitionMessage[], sink: Sink): boolean {
  const same = (one: Sink | undefined): boolean =>
    one?.invocation === sink.invocation && one.createdAt === sink.createdAt && one.completionId === sink.completionId;
  return (
    scene.all('invocation').some(({ caller, state }) => same(caller) && state.status !== 'completed') ||
    scene.all('sink').some((one) => same(one)) ||
    messages.some((message) => 'sink' in message && same(message.sink))
  );
}

function isOutputFor(message: PartitionMessage, reader: InvocationRecord, completionId: number): boolean {
  return (
    (message.kind === 'readOutput' || message.kind === 'output') &&
    message.reader === reader.id &&
    message.createdAt === reader.createdAt &&
    message.completionId === completionId
  );
}
