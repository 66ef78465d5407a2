/**
 * Random lives of the engine: any commands in any order, and after each the invariants of SPEC.md. Whatever is loaded when, the engine
 * decides the same.
 */
import { decodeStoredEntry, splitFrames } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { command, EngineScene, ends, operator, suspendsOn, text } from './map-engine.ts';
import { EMPTY_JOURNAL, foldEntry } from './fold-journal.ts';
import { recordKey } from './record-table.ts';
import type { InvocationRecord } from './record.ts';

type Act = (scene: EngineScene, id: InvocationId) => void;

/** Things that may happen to an invocation; each ignores those it does not fit. */
const acts: Readonly<Record<string, Act>> = {
  invoke: (scene) => void scene.invoke(),
  invokeBlue: (scene) => void scene.invoke({ key: 'blue' }),
  invokeLater: (scene) => void scene.invoke({ startAt: scene.now + 500 }),
  invokePlain: (scene) => void scene.invoke({ service: 'Plain', handler: 'go', key: '' }),
  invokeShared: (scene) => void scene.invoke({ handler: 'look' }),
  run: running((scene, id, next) => {
    scene.advance(id, [command({ kind: 'run', name: 'r', completionId: next })]);
    scene.advance(id, [
      { kind: 'proposeRun', completionId: next, result: { kind: 'success', value: text('1') }, ackRequested: true },
    ]);
  }),
  sleep: running((scene, id, next) =>
    scene.advance(id, [
      command({ kind: 'sleep', name: '', wakeUpAt: scene.now + 300, completionId: next }),
      suspendsOn([next]),
    ]),
  ),
  call: running((scene, id, next) => {
    const target = { service: 'Plain', handler: 'go', key: '', parameter: text(''), headers: [] };
    scene.advance(id, [
      command({ kind: 'call', name: '', ...target, invocationIdCompletionId: next, completionId: next + 1 }),
      suspendsOn([next + 1], [1], 1_000),
    ]);
  }),
  setState: running((scene, id) =>
    scene.advance(id, [command({ kind: 'setState', name: '', key: text('k'), value: text('v') })]),
  ),
  awaitSignal: running((scene, id) => scene.advance(id, [suspendsOn([], [17, 1], scene.get(id).journal.length)])),
  end: running((scene, id) => scene.advance(id, ends)),
  err: running((scene, id) =>
    scene.advance(id, [
      { kind: 'error', error: { kind: 'error', code: 500, message: 'no', stacktrace: '', behavior: 'retry' } },
    ]),
  ),
  zombie: running((scene, id) => scene.advance(id, ends, scene.get(id).epoch - 1)),
  signal: (scene, id) =>
    void scene.apply({
      kind: 'deliverSignal',
      invocation: id,
      signal: { kind: 'signal', id: 17 },
      result: { kind: 'void' },
    }),
  cancel: (scene, id) => void scene.apply({ kind: 'cancel', invocation: id, ...operator }),
  kill: (scene, id) => void scene.apply({ kind: 'kill', invocation: id, ...operator }),
  pause: (scene, id) => void scene.apply({ kind: 'pause', invocation: id, ...operator }),
  resume: (scene, id) => void scene.apply({ kind: 'resume', invocation: id, deployment: 'keep', ...operator }),
  restart: (scene, id) =>
    void scene.apply({
      kind: 'restart',
      invocation: id,
      newId: scene.newId(),
      from: 0,
      deployment: 'keep',
      ...operator,
    }),
  purge: (scene, id) => void scene.apply({ kind: 'purge', invocation: id, ...operator }),
  recover: (scene, id) => void scene.apply({ kind: 'recover', invocation: id }),
  fireTimer: (scene, id) => {
    const timer = scene.timerOf(id);
    if (timer === undefined) return;
    scene.now = Math.max(scene.now, timer.fireAt);
    scene.apply({ kind: 'fireTimer', timer });
  },
  wait: (scene) => void (scene.now += 100),
};

function running(act: (scene: EngineScene, id: InvocationId, nextCompletionId: number) => void): Act {
  return (scene, id) => {
    const record = scene.find(id);
    if (record?.state.status === 'running') act(scene, id, record.journal.lastCompletionId + 1);
  };
}

const walk = fc.array(fc.record({ name: fc.constantFrom(...Object.keys(acts)), which: fc.nat() }), {
  minLength: 1,
  maxLength: 60,
});

function live(
  scene: EngineScene,
  steps: readonly { readonly name: string; readonly which: number }[],
  check: () => void,
): void {
  scene.invoke();
  for (const { name, which } of steps) {
    const ids = scene.all('invocation').map((record) => record.id);
    const id = ids[which % Math.max(1, ids.length)] ?? scene.newId();
    acts[name]?.(scene, id);
    check();
  }
}

test('every invariant holds after every command of any life', () => {
  fc.assert(
    fc.property(walk, (steps) => {
      const scene = new EngineScene();
      live(scene, steps, () => checkInvariants(scene));
    }),
    { numRuns: 400 },
  );
});

test('the engine decides the same, whatever was loaded when', () => {
  fc.assert(
    fc.property(walk, (steps) => {
      const [remembering, forgetful] = [new EngineScene(), new EngineScene({ forgetful: true })];

      live(remembering, steps, () => undefined);
      live(forgetful, steps, () => undefined);

      expect(forgetful.records).toEqual(remembering.records);
      expect(forgetful.journals).toEqual(remembering.journals);
    }),
    { numRuns: 150 },
  );
});

test('epochs only grow, and what is completed stays as it is', () => {
  fc.assert(
    fc.property(walk, (steps) => {
      const scene = new EngineScene();
      const before = new Map<InvocationId, InvocationRecord>();
      live(scene, steps, () => {
        for (const record of scene.all('invocation')) {
          const earlier = before.get(record.id);
          expect(record.epoch).toBeGreaterThanOrEqual(earlier?.epoch ?? 0);
          if (earlier?.state.status === 'completed')
            expect(record.state).toMatchObject({ status: 'completed', result: earlier.state.result });
          before.set(record.id, record);
        }
      });
    }),
    { numRuns: 200 },
  );
});

function checkInvariants(scene: EngineScene): void {
  checkCounts(scene);
  checkKeys(scene);
  for (const record of scene.all('invocation')) checkJournal(scene, record);
}

/** I3: counters tell exactly what is there. */
function checkCounts(scene: EngineScene): void {
  const names = {
    running: 'running',
    backingOff: 'running',
    suspended: 'suspended',
    paused: 'paused',
    scheduled: 'scheduled',
    pending: 'queued',
  } as const;
  const expected = { running: 0, suspended: 0, paused: 0, scheduled: 0, queued: 0, inTransit: 0, retainedWorkflows: 0 };
  for (const { state } of scene.all('invocation')) if (state.status !== 'completed') expected[names[state.status]] += 1;
  const [counts] = scene.all('count');
  expect(counts).toMatchObject(expected);
}

/** I4, I5: at most one exclusive handler holds a key, and whoever waits is in its queue. */
function checkKeys(scene: EngineScene): void {
  for (const key of ['red', 'blue']) {
    const ofKey = scene
      .all('invocation')
      .filter((record) => record.target.key === key && record.target.handlerKind === 'exclusive');
    const holders = ofKey.filter((record) =>
      ['running', 'backingOff', 'suspended', 'paused'].includes(record.state.status),
    );
    const waiting = ofKey.filter((record) => record.state.status === 'pending');
    const object = scene.all('object').find((one) => one.key === key);
    expect(holders.map((record) => record.id)).toEqual(object?.holder === undefined ? [] : [object.holder]);
    expect(scene.all('queue').filter((entry) => entry.key === key)).toHaveLength(waiting.length);
  }
}

/** I6, I7: the summary is the fold of the frames, and row plus tail fold to the record. */
function checkJournal(scene: EngineScene, record: InvocationRecord): void {
  const frames = (scene.journals.get(record.id) ?? []).flatMap((bytes) => splitFrames(bytes));
  if (record.state.status === 'completed') return;
  const whole = frames.reduce((folded, frame) => foldEntry(folded, decodeStoredEntry(frame), 0), {
    ...record,
    journal: EMPTY_JOURNAL,
  });
  expect(whole.journal).toEqual(record.journal);
  const row = scene.rows.get(recordKey({ table: 'invocation', id: record.id }));
  if (row?.table !== 'invocation') throw new Error(`${record.id} has no row.`);
  const tail = frames.slice(row.record.journal.length);
  const folded = tail.reduce((sum, frame) => foldEntry(sum, decodeStoredEntry(frame), 0), row.record);
  expect({ ...folded, retry: null }).toEqual({ ...record, retry: null });
}
