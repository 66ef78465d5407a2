/**
 * Random lives of two partitions: any commands in any order, messages that wait, come twice or come late, restarts of the process; and
 * after each command every invariant of SPEC.md. The stage itself plays each command with and without anything loaded.
 */
import { siblingInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import { array, assert, constantFrom, nat, property, record as recordOf } from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, command, EngineScene, failure, operator, success, suspendsOn } from './engine-scene.ts';
import { checkInvariants } from './invariants-scene.ts';
import type { InvocationRecord } from './record.ts';
import { v2 } from './registry-scene.ts';

interface Step {
  readonly act: string;
  /** Chooses among whatever there is to choose from. */
  readonly which: number;
  readonly how: number;
}

type Act = (scene: EngineScene, step: Step) => void;

const keys = ['red', 'blue', 'green'];

function pick<T>(from: readonly T[], number: number): T | undefined {
  return from[number % Math.max(1, from.length)];
}

/** Acts on an invocation in one of the statuses; does nothing when there is none. */
function on(
  statuses: readonly InvocationRecord['state']['status'][],
  act: (scene: EngineScene, record: InvocationRecord, step: Step) => void,
): Act {
  return (scene, step) => {
    const fitting = scene
      .all('invocation')
      .filter(({ state }) => statuses.length === 0 || statuses.includes(state.status));
    const record = pick(fitting, step.which);
    if (record !== undefined) act(scene, record, step);
  };
}

const running = (act: (scene: EngineScene, id: InvocationId, next: number, step: Step) => void): Act =>
  on(['running'], (scene, record, step) => act(scene, record.id, record.journal.lastCompletionId + 1, step));

const targets = [
  { service: 'Greeter', handler: 'greet', key: '' },
  { service: 'Clerk', handler: 'file', key: '' },
  { service: 'Counter', handler: 'add', key: 'red' },
  { service: 'Counter', handler: 'add', key: 'blue' },
  { service: 'Counter', handler: 'read', key: 'red' },
  { service: 'Signup', handler: 'run', key: 'green' },
  { service: 'Signup', handler: 'approve', key: 'green' },
];

function targetOf(step: Step): { readonly service: string; readonly handler: string; readonly key: string } {
  return pick(targets, step.how) ?? { service: 'Greeter', handler: 'greet', key: '' };
}

const acts: Readonly<Record<string, Act>> = {
  invoke: (scene, step) =>
    void scene.invoke({ ...targetOf(step), startAt: step.which % 4 === 0 ? scene.now + 500 : 0 }),
  invokeAgain: (scene, step) => void scene.invoke({ service: 'Greeter', key: '', idempotencyKey: `k${step.how % 2}` }),
  step: running((scene, id, next, step) => {
    scene.advance(id, [command({ kind: 'run', name: 's', completionId: next })]);
    if (step.how % 3 > 0)
      scene.advance(id, [
        { kind: 'proposeRun', completionId: next, result: success('1'), ackRequested: step.how % 2 === 0 },
      ]);
  }),
  sleep: running((scene, id, next, step) =>
    scene.advance(id, [
      command({ kind: 'sleep', name: '', wakeUpAt: scene.now + (step.how % 3) * 200, completionId: next }),
    ]),
  ),
  call: running((scene, id, next, step) =>
    scene.advance(id, [
      command({
        kind: 'call',
        name: '',
        ...targetOf(step),
        parameter: bytesOf('in'),
        headers: [],
        invocationIdCompletionId: next,
        completionId: next + 1,
      }),
    ]),
  ),
  send: running((scene, id, next, step) =>
    scene.advance(id, [
      command({
        kind: 'oneWayCall',
        name: '',
        ...targetOf(step),
        parameter: bytesOf('in'),
        headers: [],
        invocationIdCompletionId: next,
        invokeAt: step.which % 2 === 0 ? scene.now + 300 : 0,
      }),
    ]),
  ),
  attach: running((scene, id, next, step) => {
    const target = pick(scene.all('invocation'), step.how)?.id ?? id;
    scene.advance(id, [
      command({ kind: 'attachInvocation', name: '', target: { kind: 'invocation', id: target }, completionId: next }),
    ]);
  }),
  readOutput: running((scene, id, next, step) => {
    const target = pick(scene.all('invocation'), step.how)?.id ?? id;
    scene.advance(id, [
      command({
        kind: 'getInvocationOutput',
        name: '',
        target: { kind: 'invocation', id: target },
        completionId: next,
      }),
    ]);
  }),
  sendSignal: running((scene, id, _next, step) => {
    const target = pick(scene.all('invocation'), step.how)?.id ?? id;
    const signal = { kind: 'signal', id: [1, 17, 18][step.how % 3] ?? 17 } as const;
    scene.advance(id, [command({ kind: 'sendSignal', name: '', target, signal, result: { kind: 'void' } })]);
  }),
  state: running((scene, id, next, step) => {
    const key = bytesOf(pick(['a', 'b'], step.how) ?? 'a');
    // Refused for services and shared handlers: then the attempt fails, which is a life too.
    if (step.which % 3 === 0) scene.advance(id, [command({ kind: 'setState', name: '', key, value: bytesOf('v') })]);
    else if (step.which % 3 === 1)
      scene.advance(id, [command({ kind: 'getLazyState', name: '', key, completionId: next })]);
    else
      scene.advance(id, [
        command({ kind: 'clearAllState', name: '' }),
        command({ kind: 'getLazyStateKeys', name: '', completionId: next }),
      ]);
  }),
  promise: running((scene, id, next, step) => {
    if (step.how % 2 === 0)
      scene.advance(id, [command({ kind: 'getPromise', name: '', key: 'p', completionId: next })]);
    else
      scene.advance(id, [
        command({ kind: 'completePromise', name: '', key: 'p', result: success('ok'), completionId: next }),
      ]);
  }),
  suspend: on(['running'], (scene, { id, journal }, step) => {
    const open = Object.keys(journal.open).map(Number);
    const completions = step.how % 2 === 0 ? open : open.slice(0, 1);
    scene.advance(id, [
      suspendsOn(
        { completions, signals: step.which % 2 === 0 ? [1] : [1, 17] },
        step.how % 3 === 0 ? 0 : journal.length,
      ),
    ]);
  }),
  end: running((scene, id, _next, step) =>
    scene.complete(id, step.how % 2 === 0 ? success('done') : failure(500, 'no')),
  ),
  endEarly: running((scene, id) => scene.advance(id, [{ kind: 'end' }])),
  err: running((scene, id, _next, step) => {
    const behavior = pick(['retry', 'retry', 'pause', 'fail'] as const, step.how) ?? 'retry';
    const code = step.which % 5 === 0 ? 570 : 500;
    scene.advance(id, [{ kind: 'error', error: { kind: 'error', code, message: 'no', stacktrace: '', behavior } }]);
  }),
  lose: running((scene, id) => scene.fail(id)),
  zombie: on([], (scene, { id, epoch }) => {
    const before = scene.get(id);
    scene.advance(id, [{ kind: 'end' }, command({ kind: 'run', name: 'z', completionId: 1_000 })], epoch - 1);
    expect(scene.get(id)).toBe(before);
  }),
  signal: on(
    [],
    (scene, { id }, step) =>
      void scene.apply({
        kind: 'deliverSignal',
        invocation: id,
        signal: { kind: 'signal', id: step.how % 3 === 0 ? 1 : 17 },
        result: { kind: 'void' },
      }),
  ),
  cancel: on([], (scene, { id }) => void scene.apply({ kind: 'cancel', invocation: id, ...operator })),
  kill: on([], (scene, { id }) => void scene.apply({ kind: 'kill', invocation: id, ...operator })),
  pause: on([], (scene, { id }) => void scene.apply({ kind: 'pause', invocation: id, ...operator })),
  resume: on(
    [],
    (scene, { id }, step) =>
      void scene.apply({
        kind: 'resume',
        invocation: id,
        deployment: pick(['keep', 'latest', v2] as const, step.how) ?? 'keep',
        ...operator,
      }),
  ),
  restart: on(
    ['completed'],
    (scene, { id }, step) =>
      void scene.apply({
        kind: 'restart',
        invocation: id,
        newId: siblingInvocationId(
          id,
          new Uint8Array(16).fill(step.which, 0, 8).fill(scene.all('invocation').length, 8),
        ),
        from: step.how % 4,
        deployment: 'keep',
        ...operator,
      }),
  ),
  purge: on(['completed'], (scene, { id }) => void scene.apply({ kind: 'purge', invocation: id, ...operator })),
  purgeJournal: on(
    ['completed'],
    (scene, { id }) => void scene.apply({ kind: 'purgeJournal', invocation: id, ...operator }),
  ),
  editState: (scene, step) =>
    void scene.apply({
      kind: 'editState',
      service: 'Counter',
      key: pick(keys, step.how) ?? 'red',
      state: [['a', bytesOf('edited')]],
      ...operator,
    }),
  fire: (scene) => void scene.fireNext(),
  fireEarly: (scene, step) => {
    const timer = pick(scene.timers(), step.which);
    if (timer === undefined) return;
    scene.apply({ kind: 'fireTimer', timer });
    expect(scene.timers().includes(timer)).toBe(timer.fireAt > scene.now);
  },
  deliver: (scene, step) => {
    const row = pick(scene.outbox(), step.which);
    if (row !== undefined) scene.deliver(row);
  },
  deliverLate: (scene, step) => {
    const [first, second] = scene.outbox().filter(({ source }) => source === step.which % 2);
    if (first === undefined || second === undefined || second.target !== first.target) return;
    const { source, target, sequence, message } = second;
    // A gap: what comes first has not come yet.
    expect(scene.apply({ kind: 'receiveMessage', source, sequence, message }, target).through).toBeLessThan(sequence);
  },
  deliverTwice: (scene, step) => {
    const row = pick(scene.outbox(), step.which);
    if (row === undefined) return;
    scene.apply(
      { kind: 'receiveMessage', source: row.source, sequence: row.sequence, message: row.message },
      row.target,
    );
    scene.deliver(row);
    scene.deliver(row);
  },
  restartProcess: (scene) => {
    for (const { id } of scene.all('invocation').filter(({ state }) => state.status === 'running')) recover(scene, id);
  },
};

/** The process ended under an attempt: another is ordered, and nothing is counted against the invocation. */
function recover(scene: EngineScene, id: InvocationId): void {
  const { state, retry } = scene.get(id);
  scene.apply({ kind: 'recover', invocation: id });
  const pausing = state.status === 'running' && state.pausing;
  expect(scene.statusOf(id)).toBe(pausing ? 'paused' : 'running');
  expect(scene.get(id).retry).toEqual(retry);
  expect(scene.effects.filter(({ kind }) => kind === 'startAttempt')).toHaveLength(pausing ? 0 : 1);
}

/** What ends a life is rare, so that lives are long. */
const rare = new Set([
  'end',
  'endEarly',
  'kill',
  'purge',
  'purgeJournal',
  'cancel',
  'zombie',
  'fireEarly',
  'restartProcess',
]);
const weighted = Object.keys(acts).flatMap((name) => (rare.has(name) ? [name] : [name, name, name, name]));
const lives = array(recordOf({ act: constantFrom(...weighted), which: nat(50), how: nat(50) }), {
  minLength: 1,
  maxLength: 150,
  size: 'max',
});

function live(steps: readonly Step[], check: (scene: EngineScene) => void): EngineScene {
  const scene = new EngineScene({ partitions: 2 });
  scene.onApplied = () => check(scene);
  scene.invoke({ service: 'Greeter', key: '' });
  scene.invoke({ service: 'Signup', handler: 'run', key: 'green' });
  scene.invoke();
  for (const step of steps) acts[step.act]?.(scene, step);
  return scene;
}

test('every invariant holds after every command of any life', () => {
  assert(
    property(lives, (steps) => {
      live(steps, checkInvariants);
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('epochs only grow, and an attempt is ordered for each new one', () => {
  assert(
    property(lives, (steps) => {
      const epochs = new Map<InvocationId, number>();
      live(steps, (scene) => {
        const ordered = new Map(
          scene.effects.flatMap((effect) =>
            effect.kind === 'startAttempt' ? [[effect.invocation, effect.epoch] as const] : [],
          ),
        );
        for (const [id, epoch] of ordered) expect(epoch).toBeGreaterThan(epochs.get(id) ?? 0);
        for (const { id, epoch, state } of scene.all('invocation')) {
          const earlier = epochs.get(id) ?? 0;
          expect(epoch).toBeGreaterThanOrEqual(earlier);
          if (epoch > earlier && state.status === 'running') expect(ordered.get(id)).toBe(epoch);
          epochs.set(id, epoch);
        }
        // An id that was forgotten whole may begin again.
        for (const id of epochs.keys()) if (scene.find(id) === undefined) epochs.delete(id);
      });
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('a result that was recorded never changes, until it is forgotten whole', () => {
  assert(
    property(lives, (steps) => {
      const results = new Map<InvocationId, unknown>();
      live(steps, (scene) => {
        const found = new Map(scene.all('invocation').map((record) => [record.id, record.state]));
        for (const [id, result] of results) {
          const state = found.get(id);
          if (state === undefined) results.delete(id);
          else expect(state.status === 'completed' ? state.result : 'undone').toEqual(result);
        }
        for (const [id, state] of found) if (state.status === 'completed') results.set(id, state.result);
      });
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('an open attempt is told every notification once, in order, and nothing that its replay holds', () => {
  assert(
    property(lives, (steps) => {
      const told = new Map<string, number>();
      live(steps, (scene) => {
        for (const effect of scene.effects) {
          if (effect.kind === 'startAttempt')
            told.set(`${effect.invocation} ${effect.epoch}`, effect.journalLength - 1);
          if (effect.kind !== 'notify') continue;
          const attempt = `${effect.invocation} ${effect.epoch}`;
          expect(effect.index).toBeGreaterThan(told.get(attempt) ?? Infinity);
          told.set(attempt, effect.index);
        }
      });
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('when all messages arrive and all timers fire, nothing waits but for people and steps', () => {
  assert(
    property(lives, (steps) => {
      const scene = live(steps, () => undefined);

      for (let round = 0; round < 2_000 && isBusy(scene); round++) {
        scene.deliverAll();
        for (const record of scene.all('invocation')) {
          if (record.state.status === 'paused')
            scene.apply({ kind: 'resume', invocation: record.id, deployment: 'keep', ...operator });
          else if (record.state.status === 'running') scene.complete(record.id);
        }
        scene.fireNext();
      }

      expect(scene.outbox()).toEqual([]);
      // What still lives waits for a signal that nobody sends, or queues behind who does.
      for (const { state } of scene.all('invocation')) {
        expect(['suspended', 'pending']).toContain(state.status);
        if (state.status === 'suspended') expect(state.awaiting.signals).not.toEqual([]);
      }
      checkInvariants(scene);
    }),
    { numRuns: 60 },
  );
}, 120_000);

function isBusy(scene: EngineScene): boolean {
  const active = scene.all('invocation').some(({ state }) => state.status === 'running' || state.status === 'paused');
  return active || scene.outbox().length > 0 || scene.timers().length > 0;
}
