import { siblingInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { command, EngineScene, operator, success } from '../engine-scene.ts';
import type { RestartInvocation } from '../command.ts';
import { defineDeployment, defineRegistry, v1, v2 } from '../registry-scene.ts';

/** Two steps, both recorded, and a result. Entries: input, run 1, its result, run 2, its result, output. */
function completed(scene: EngineScene): InvocationId {
  const id = scene.invoke({ service: 'Greeter', key: '' });
  for (const completionId of [1, 2]) {
    scene.advance(id, [command({ kind: 'run', name: `step ${completionId}`, completionId })]);
    scene.advance(id, [{ kind: 'proposeRun', completionId, result: success(`${completionId}`), ackRequested: false }]);
  }
  scene.complete(id);
  return id;
}

function restart(
  scene: EngineScene,
  id: InvocationId,
  changes: Partial<RestartInvocation> = {},
): ReturnType<typeof send> {
  return send(scene, {
    kind: 'restart',
    invocation: id,
    newId: siblingOf(id),
    from: 0,
    deployment: 'keep',
    ...operator,
    ...changes,
  });
}

function send(
  scene: EngineScene,
  act: RestartInvocation,
): { readonly id: InvocationId; readonly refused: string | undefined } {
  const reply = scene.apply(act);
  return { id: act.newId, refused: reply.kind === 'refused' ? reply.refusal.code : undefined };
}

function siblingOf(id: InvocationId): InvocationId {
  return siblingInvocationId(id, new Uint8Array(16).fill(7));
}

test('a restart runs the same input again, on the same deployment, under a new id', () => {
  const scene = new EngineScene();
  const source = completed(scene);
  scene.registry = defineRegistry([defineDeployment(v1), defineDeployment(v2)], v2);

  const { id } = restart(scene, source);

  expect(scene.get(id)).toMatchObject({
    state: { status: 'running' },
    pin: { deployment: v1 },
    invokedBy: { kind: 'restart', of: source },
    journal: { length: 1 },
  });
  expect(scene.journalOf(id)).toEqual(scene.journalOf(source).slice(0, 1));
  expect(scene.audits.at(-1)).toMatchObject({ act: 'invocation.restart', subject: source });
});

test('a prefix takes the results of its commands along, and the seed that they were drawn from', () => {
  const scene = new EngineScene();
  const source = completed(scene);

  const { id } = restart(scene, source, { from: 1 });

  expect(scene.journalOf(id)).toEqual(scene.journalOf(source).slice(0, 3));
  expect(scene.get(id)).toMatchObject({ randomSeed: scene.get(source).randomSeed, journal: { commands: 2, open: {} } });
});

test('without a prefix the seed is another, so that nothing random repeats', () => {
  const scene = new EngineScene();
  const source = completed(scene);
  scene.now += 1;

  const { id } = restart(scene, source);

  expect(scene.get(id).randomSeed).not.toBe(scene.get(source).randomSeed);
});

test('a repeat after an unknown outcome finds what the first one made', () => {
  const scene = new EngineScene();
  const source = completed(scene);

  const [first, second] = [restart(scene, source), restart(scene, source)];

  expect([first.refused, second.refused]).toEqual([undefined, undefined]);
  expect(scene.all('invocation')).toHaveLength(2);
});

test('a command whose result was never recorded cannot be copied', () => {
  const scene = new EngineScene();
  const id = scene.invoke({ service: 'Greeter', key: '' });
  scene.advance(id, [command({ kind: 'run', name: 'open', completionId: 1 })]);
  scene.complete(id);

  expect(restart(scene, id, { from: 1 }).refused).toBe('JOURNAL_PREFIX_INCOMPLETE');
});

test.each([
  ['there is no such entry', { from: 6 }, 'JOURNAL_PREFIX_INCOMPLETE'],
  ['there is no such deployment', { deployment: siblingDeployment() }, 'DEPLOYMENT_NOT_FOUND'],
] as const)('it is refused when %s', (_what, changes, code) => {
  const scene = new EngineScene();

  expect(restart(scene, completed(scene), changes).refused).toBe(code);
});

test('a journal that is no longer kept cannot be restarted', () => {
  const scene = new EngineScene();
  const id = completed(scene);
  scene.apply({ kind: 'purgeJournal', invocation: id, ...operator });

  expect(restart(scene, id).refused).toBe('JOURNAL_GONE');
});

test('the run of a workflow runs once, so it is not restarted', () => {
  const scene = new EngineScene();
  const run = scene.invoke({ service: 'Signup', key: 'w' });
  scene.complete(run);

  expect(restart(scene, run).refused).toBe('WORKFLOW_RESTART_REFUSED');
});

test('a journal of protocol version 5 has no prefix, because its Start knows no seed', () => {
  const scene = new EngineScene({
    registry: defineRegistry([defineDeployment(v1, undefined, { protocolVersion: 5, maxProtocolVersion: 5 })], v1),
  });

  expect(restart(scene, completed(scene), { from: 1 }).refused).toBe('DEPLOYMENT_UNSUITABLE');
});

test('one of an object queues behind who holds the key', () => {
  const scene = new EngineScene();
  const source = scene.invoke();
  scene.complete(source);
  scene.invoke();

  const { id } = restart(scene, source);

  expect(scene.statusOf(id)).toBe('pending');
});

function siblingDeployment(): typeof v1 {
  return `${v1.slice(0, -1)}0` as typeof v1; // Of the right form, and nobody's.
}
