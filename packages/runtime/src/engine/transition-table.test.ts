/**
 * The transition table of SPEC.md as a type: every status against every event. A pair that is forgotten does not compile; a pair that the
 * engine decides otherwise fails. Each is played twice, once with nothing loaded.
 */
import { describe, expect, test } from 'vitest';
import type { InvocationId } from '@holdfast/protocol';
import { command, EngineScene, ends, operator, suspendsOn } from './map-engine.ts';
import type { Status } from './record.ts';

type From = Status | 'absent';
/** What an event leads to: the status afterwards (`absent`: there is no record), and how it was answered where that matters. */
type Outcome =
  | From
  | `${From}, refused ${string}`
  | `${From}, ${'now' | 'requested' | 'repeated' | 'found' | 'notFound'}`;

/** Applies the event to the invocation and says how it was answered. */
const events = {
  invokeAgain: (scene, id) => {
    const reply = scene.apply({
      kind: 'invoke',
      id,
      service: 'Counter',
      handler: 'add',
      key: 'red',
      headers: [],
      input: new Uint8Array(),
      startAt: 0,
    });
    return reply.kind === 'accepted' && reply.repeated ? 'repeated' : '';
  },
  attachCaller: (scene, id) =>
    scene.apply({ kind: 'attachCaller', invocation: id }).kind === 'notFound' ? 'notFound' : 'found',
  deliverAwaitedSignal: (scene, id) => {
    scene.apply({
      kind: 'deliverSignal',
      invocation: id,
      signal: { kind: 'signal', id: 17 },
      result: { kind: 'void' },
    });
    return '';
  },
  deliverOtherSignal: (scene, id) => {
    scene.apply({
      kind: 'deliverSignal',
      invocation: id,
      signal: { kind: 'signal', id: 99 },
      result: { kind: 'void' },
    });
    return '';
  },
  cancel: (scene, id) => answer(scene.apply({ kind: 'cancel', invocation: id, ...operator })),
  kill: (scene, id) => answer(scene.apply({ kind: 'kill', invocation: id, ...operator })),
  pause: (scene, id) => answer(scene.apply({ kind: 'pause', invocation: id, ...operator })),
  resume: (scene, id) => answer(scene.apply({ kind: 'resume', invocation: id, deployment: 'keep', ...operator })),
  restart: (scene, id) => {
    const reply = scene.apply({
      kind: 'restart',
      invocation: id,
      newId: scene.newId(),
      from: 0,
      deployment: 'keep',
      ...operator,
    });
    return reply.kind === 'refused' ? `refused ${reply.refusal.code}` : 'now';
  },
  purge: (scene, id) => answer(scene.apply({ kind: 'purge', invocation: id, ...operator })),
  purgeJournal: (scene, id) => answer(scene.apply({ kind: 'purgeJournal', invocation: id, ...operator })),
  attemptEnds: (scene, id) => advance(scene, id, () => scene.advance(id, ends)),
  attemptSuspends: (scene, id) => advance(scene, id, () => scene.advance(id, [suspendsOn([], [17, 1], 99)])),
  attemptErrs: (scene, id) =>
    advance(scene, id, () =>
      scene.advance(id, [
        { kind: 'error', error: { kind: 'error', code: 500, message: 'no', stacktrace: '', behavior: 'retry' } },
      ]),
    ),
  attemptMismatches: (scene, id) =>
    advance(scene, id, () =>
      scene.advance(id, [
        { kind: 'error', error: { kind: 'error', code: 570, message: 'no', stacktrace: '', behavior: 'retry' } },
      ]),
    ),
  attemptBreaks: (scene, id) =>
    advance(scene, id, () => {
      const failure = { code: 'STREAM_LOST', protocolCode: 500, message: 'lost', stacktrace: '' };
      scene.apply({
        kind: 'failAttempt',
        invocation: id,
        createdAt: scene.get(id).createdAt,
        epoch: scene.get(id).epoch,
        failure,
        counts: true,
        jitter: 0,
      });
    }),
  attemptIsWithdrawn: (scene, id) =>
    advance(scene, id, () => {
      const { createdAt, epoch } = scene.get(id);
      scene.apply({ kind: 'withdrawAttempt', invocation: id, createdAt, epoch });
    }),
  zombieEnds: (scene, id) => advance(scene, id, () => scene.advance(id, ends, scene.get(id).epoch - 1)),
  timerFires: (scene, id) => {
    const timer = scene.timerOf(id);
    if (timer === undefined) return '';
    scene.now = Math.max(scene.now, timer.fireAt);
    scene.apply({ kind: 'fireTimer', timer });
    return '';
  },
  recover: (scene, id) => {
    scene.apply({ kind: 'recover', invocation: id });
    return '';
  },
} satisfies Readonly<Record<string, (scene: EngineScene, id: InvocationId) => string>>;

type Event = keyof typeof events;

const table: Readonly<Record<From, Readonly<Record<Event, Outcome>>>> = {
  absent: {
    invokeAgain: 'running',
    attachCaller: 'absent, notFound',
    deliverAwaitedSignal: 'absent',
    deliverOtherSignal: 'absent',
    cancel: 'absent, refused INVOCATION_NOT_FOUND',
    kill: 'absent, refused INVOCATION_NOT_FOUND',
    pause: 'absent, refused INVOCATION_NOT_FOUND',
    resume: 'absent, refused INVOCATION_NOT_FOUND',
    restart: 'absent, refused INVOCATION_NOT_FOUND',
    purge: 'absent, refused INVOCATION_NOT_FOUND',
    purgeJournal: 'absent, refused INVOCATION_NOT_FOUND',
    attemptEnds: 'absent',
    attemptSuspends: 'absent',
    attemptErrs: 'absent',
    attemptMismatches: 'absent',
    attemptBreaks: 'absent',
    attemptIsWithdrawn: 'absent',
    zombieEnds: 'absent',
    timerFires: 'absent',
    recover: 'absent',
  },
  scheduled: {
    invokeAgain: 'scheduled, repeated',
    attachCaller: 'scheduled, found',
    deliverAwaitedSignal: 'scheduled',
    deliverOtherSignal: 'scheduled',
    cancel: 'absent, now',
    kill: 'completed, now',
    pause: 'scheduled, refused INVOCATION_WRONG_STATUS',
    resume: 'scheduled, refused INVOCATION_NOT_STARTED',
    restart: 'scheduled, refused INVOCATION_NOT_STARTED',
    purge: 'scheduled, refused INVOCATION_NOT_COMPLETED',
    purgeJournal: 'scheduled, refused INVOCATION_NOT_COMPLETED',
    attemptEnds: 'scheduled',
    attemptSuspends: 'scheduled',
    attemptErrs: 'scheduled',
    attemptMismatches: 'scheduled',
    attemptBreaks: 'scheduled',
    attemptIsWithdrawn: 'scheduled',
    zombieEnds: 'scheduled',
    timerFires: 'running',
    recover: 'scheduled',
  },
  pending: {
    invokeAgain: 'pending, repeated',
    attachCaller: 'pending, found',
    deliverAwaitedSignal: 'pending',
    deliverOtherSignal: 'pending',
    cancel: 'absent, now',
    kill: 'completed, now',
    pause: 'pending, refused INVOCATION_WRONG_STATUS',
    resume: 'pending, refused INVOCATION_NOT_STARTED',
    restart: 'pending, refused INVOCATION_NOT_STARTED',
    purge: 'pending, refused INVOCATION_NOT_COMPLETED',
    purgeJournal: 'pending, refused INVOCATION_NOT_COMPLETED',
    attemptEnds: 'pending',
    attemptSuspends: 'pending',
    attemptErrs: 'pending',
    attemptMismatches: 'pending',
    attemptBreaks: 'pending',
    attemptIsWithdrawn: 'pending',
    zombieEnds: 'pending',
    timerFires: 'pending',
    recover: 'pending',
  },
  running: {
    invokeAgain: 'running, repeated',
    attachCaller: 'running, found',
    deliverAwaitedSignal: 'running',
    deliverOtherSignal: 'running',
    cancel: 'running, requested',
    kill: 'completed, now',
    pause: 'running, requested',
    resume: 'running, now',
    restart: 'running, refused INVOCATION_NOT_COMPLETED',
    purge: 'running, refused INVOCATION_NOT_COMPLETED',
    purgeJournal: 'running, refused INVOCATION_NOT_COMPLETED',
    attemptEnds: 'completed',
    attemptSuspends: 'suspended',
    attemptErrs: 'backingOff',
    attemptMismatches: 'paused',
    attemptBreaks: 'backingOff',
    attemptIsWithdrawn: 'running',
    zombieEnds: 'running',
    timerFires: 'running',
    recover: 'running',
  },
  backingOff: {
    invokeAgain: 'backingOff, repeated',
    attachCaller: 'backingOff, found',
    deliverAwaitedSignal: 'backingOff',
    deliverOtherSignal: 'backingOff',
    cancel: 'backingOff, requested',
    kill: 'completed, now',
    pause: 'paused, now',
    resume: 'running, now',
    restart: 'backingOff, refused INVOCATION_NOT_COMPLETED',
    purge: 'backingOff, refused INVOCATION_NOT_COMPLETED',
    purgeJournal: 'backingOff, refused INVOCATION_NOT_COMPLETED',
    attemptEnds: 'backingOff',
    attemptSuspends: 'backingOff',
    attemptErrs: 'backingOff',
    attemptMismatches: 'backingOff',
    attemptBreaks: 'backingOff',
    attemptIsWithdrawn: 'backingOff',
    zombieEnds: 'backingOff',
    timerFires: 'running',
    recover: 'backingOff',
  },
  suspended: {
    invokeAgain: 'suspended, repeated',
    attachCaller: 'suspended, found',
    deliverAwaitedSignal: 'running',
    deliverOtherSignal: 'suspended',
    cancel: 'running, requested',
    kill: 'completed, now',
    pause: 'paused, now',
    resume: 'running, now',
    restart: 'suspended, refused INVOCATION_NOT_COMPLETED',
    purge: 'suspended, refused INVOCATION_NOT_COMPLETED',
    purgeJournal: 'suspended, refused INVOCATION_NOT_COMPLETED',
    attemptEnds: 'suspended',
    attemptSuspends: 'suspended',
    attemptErrs: 'suspended',
    attemptMismatches: 'suspended',
    attemptBreaks: 'suspended',
    attemptIsWithdrawn: 'suspended',
    zombieEnds: 'suspended',
    timerFires: 'suspended',
    recover: 'suspended',
  },
  paused: {
    invokeAgain: 'paused, repeated',
    attachCaller: 'paused, found',
    deliverAwaitedSignal: 'paused',
    deliverOtherSignal: 'paused',
    cancel: 'running, requested',
    kill: 'completed, now',
    pause: 'paused, now',
    resume: 'running, now',
    restart: 'paused, refused INVOCATION_NOT_COMPLETED',
    purge: 'paused, refused INVOCATION_NOT_COMPLETED',
    purgeJournal: 'paused, refused INVOCATION_NOT_COMPLETED',
    attemptEnds: 'paused',
    attemptSuspends: 'paused',
    attemptErrs: 'paused',
    attemptMismatches: 'paused',
    attemptBreaks: 'paused',
    attemptIsWithdrawn: 'paused',
    zombieEnds: 'paused',
    timerFires: 'paused',
    recover: 'paused',
  },
  completed: {
    invokeAgain: 'completed, repeated',
    attachCaller: 'completed, found',
    deliverAwaitedSignal: 'completed',
    deliverOtherSignal: 'completed',
    cancel: 'completed, refused INVOCATION_COMPLETED',
    kill: 'completed, refused INVOCATION_COMPLETED',
    pause: 'completed, refused INVOCATION_COMPLETED',
    resume: 'completed, refused INVOCATION_COMPLETED',
    restart: 'completed, now',
    purge: 'absent, now',
    purgeJournal: 'completed, now',
    attemptEnds: 'completed',
    attemptSuspends: 'completed',
    attemptErrs: 'completed',
    attemptMismatches: 'completed',
    attemptBreaks: 'completed',
    attemptIsWithdrawn: 'completed',
    zombieEnds: 'completed',
    timerFires: 'absent',
    recover: 'completed',
  },
};

/** Brings an invocation of one key into a status, by the commands that lead there. */
const roads: Readonly<Record<From, (scene: EngineScene) => InvocationId>> = {
  absent: (scene) => scene.newId(),
  scheduled: (scene) => scene.invoke({ startAt: scene.now + 60_000 }),
  pending: (scene) => {
    scene.invoke();
    return scene.invoke();
  },
  running: (scene) => scene.invoke(),
  backingOff: (scene) => after(scene, scene.invoke(), 'attemptErrs'),
  suspended: (scene) => after(scene, scene.invoke(), 'attemptSuspends'),
  paused: (scene) => after(scene, scene.invoke(), 'attemptMismatches'),
  completed: (scene) => after(scene, scene.invoke(), 'attemptEnds'),
};

describe.each(Object.keys(roads) as From[])('an invocation that is %s', (from) => {
  test.each(Object.keys(events) as Event[])('after %s', (event) => {
    for (const forgetful of [false, true]) {
      const scene = new EngineScene({ forgetful });
      const id = roads[from](scene);

      const said = events[event](scene, id);

      const status = scene.find(id)?.state.status ?? 'absent';
      expect(said === '' ? status : `${status}, ${said}`).toBe(table[from][event]);
    }
  });
});

test('a step of a journal changes no row, only the log', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  const rowsBefore = new Map(scene.rows);

  scene.advance(id, [command({ kind: 'run', name: 'step', completionId: 1 })]);
  scene.advance(id, [
    {
      kind: 'proposeRun',
      completionId: 1,
      result: { kind: 'success', value: new Uint8Array([7]) },
      ackRequested: false,
    },
  ]);

  expect(scene.rows).toEqual(rowsBefore);
  expect(scene.journals.get(id)).toHaveLength(3);
});

function after(scene: EngineScene, id: InvocationId, event: Event): InvocationId {
  events[event](scene, id);
  return id;
}

function advance(scene: EngineScene, id: InvocationId, act: () => void): string {
  if (scene.find(id) !== undefined) act();
  return '';
}

function answer(
  reply:
    | { readonly kind: 'done'; readonly how: string }
    | { readonly kind: 'refused'; readonly refusal: { readonly code: string } },
): string {
  return reply.kind === 'done' ? reply.how : `refused ${reply.refusal.code}`;
}
