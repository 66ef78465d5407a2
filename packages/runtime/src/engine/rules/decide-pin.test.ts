import { workflowInvocationId } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { command, deploymentId, EngineScene, ends, makeDeployment, registryOf, text } from '../map-engine.ts';

const [v1, v2] = [makeDeployment('v1'), makeDeployment('v2')];

/** Accepted while v1 was current; now v2 is. */
function sceneAfterDeploy(): EngineScene {
  const scene = new EngineScene({ registry: registryOf(v1) });
  scene.apply({ kind: 'adoptRegistry', registry: registryOf(v1, v2) });
  return scene;
}

function deploy(scene: EngineScene): void {
  scene.registry = registryOf(v1, v2);
}

test('rule 1: a repeated id stays with the execution that exists', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  deploy(scene);

  scene.invoke({ id });

  expect(scene.get(id).pin.deployment).toBe(v1.id);
});

test('rule 2: a handler of a running workflow goes to the deployment of its run', () => {
  const scene = new EngineScene();
  const run = scene.invoke({
    id: workflowInvocationId({ name: 'Flow', key: 'w' }),
    service: 'Flow',
    handler: 'run',
    key: 'w',
  });
  deploy(scene);

  const helper = scene.invoke({ service: 'Flow', handler: 'help', key: 'w' });

  expect(scene.get(helper).pin).toEqual(scene.get(run).pin);
});

test('rule 2: so does a handler of a workflow that has ended and is retained', () => {
  const scene = new EngineScene();
  const run = scene.invoke({
    id: workflowInvocationId({ name: 'Flow', key: 'w' }),
    service: 'Flow',
    handler: 'run',
    key: 'w',
  });
  scene.advance(run, ends);
  deploy(scene);

  expect(scene.get(scene.invoke({ service: 'Flow', handler: 'help', key: 'w' })).pin.deployment).toBe(v1.id);
});

test('rule 3: the deployment that a caller asks for', () => {
  const scene = sceneAfterDeploy();
  deploy(scene);
  const id = scene.newId();

  scene.apply({
    kind: 'invoke',
    id,
    service: 'Plain',
    handler: 'go',
    key: '',
    headers: [],
    input: text(''),
    startAt: 0,
    deployment: v1.id,
  });

  expect(scene.get(id).pin.deployment).toBe(v1.id);
});

test('rule 3 against rule 2 is a conflict, and nothing is accepted', () => {
  const scene = new EngineScene();
  scene.invoke({ id: workflowInvocationId({ name: 'Flow', key: 'w' }), service: 'Flow', handler: 'run', key: 'w' });
  deploy(scene);
  const id = scene.newId();

  const reply = scene.apply({
    kind: 'invoke',
    id,
    service: 'Flow',
    handler: 'help',
    key: 'w',
    headers: [],
    input: text(''),
    startAt: 0,
    deployment: v2.id,
  });

  expect(reply).toMatchObject({
    kind: 'refused',
    refusal: { code: 'PIN_CONFLICT', details: { pinned: v1.id, asked: v2.id } },
  });
  expect(scene.find(id)).toBeUndefined();
});

test('rule 4: a send of a handler to itself is new work, so that versions can end', () => {
  const scene = new EngineScene();
  const cron = scene.invoke({ service: 'Plain', handler: 'go', key: '' });
  deploy(scene);

  const next = send(scene, cron, { service: 'Plain', handler: 'go', key: '' });

  expect(next).toBe(v2.id);
});

test('rule 5: what a handler calls stays on its deployment when that serves it', () => {
  const scene = new EngineScene();
  const caller = scene.invoke({ service: 'Plain', handler: 'go', key: '' });
  deploy(scene);

  expect(send(scene, caller, { service: 'Counter', handler: 'add', key: 'red' })).toBe(v1.id);
});

test('rule 6: what the deployment of the caller does not serve goes to the current one', () => {
  const withoutCounter = makeDeployment('old', {
    services: new Map([...v1.services].filter(([name]) => name !== 'Counter')),
  });
  const scene = new EngineScene({ registry: registryOf(withoutCounter) });
  const caller = scene.invoke({ service: 'Plain', handler: 'go', key: '' });
  scene.registry = registryOf(withoutCounter, v2);

  expect(send(scene, caller, { service: 'Counter', handler: 'add', key: 'red' })).toBe(v2.id);
});

test('rule 6: everything else goes to the current deployment', () => {
  const scene = sceneAfterDeploy();
  deploy(scene);

  expect(scene.get(scene.invoke()).pin.deployment).toBe(v2.id);
});

test('a deployment that is being removed takes no new work', () => {
  const scene = new EngineScene({ registry: registryOf(makeDeployment('v1', { closing: true })) });

  const reply = scene.apply({
    kind: 'invoke',
    id: scene.newId(),
    service: 'Plain',
    handler: 'go',
    key: '',
    headers: [],
    input: text(''),
    startAt: 0,
  });

  expect(reply).toMatchObject({
    kind: 'refused',
    refusal: { code: 'DEPLOYMENT_CLOSING', details: { deployment: deploymentId('v1') } },
  });
});

test('a move needs a reason, keeps the history, and moves the count of the work', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  scene.advance(id, [
    { kind: 'suspend', awaiting: { completions: [], signals: [17, 1], namedSignals: [] }, seenThrough: 1 },
  ]);
  deploy(scene);

  const silent = scene.apply({ kind: 'resume', invocation: id, deployment: v2.id, actor: 'ada', reason: '' });
  const said = scene.apply({
    kind: 'resume',
    invocation: id,
    deployment: v2.id,
    actor: 'ada',
    reason: 'v1 loses its licence',
  });

  expect(silent).toMatchObject({ kind: 'refused', refusal: { code: 'REASON_REQUIRED' } });
  expect(said).toEqual({ kind: 'done', how: 'now' });
  expect(scene.get(id).versions.map(({ deployment, by, reason }) => ({ deployment, by, reason }))).toEqual([
    { deployment: v1.id, by: 'acceptance', reason: 'current' },
    { deployment: v2.id, by: 'ada', reason: 'v1 loses its licence' },
  ]);
  expect(scene.all('count').map(({ deployment, running }) => ({ deployment, running }))).toEqual([
    { deployment: v1.id, running: 0 },
    { deployment: v2.id, running: 1 },
  ]);
  expect(scene.audits.at(-1)).toMatchObject({ act: 'invocation.resume', actor: 'ada', reason: 'v1 loses its licence' });
});

/** Lets the invocation send, and returns the deployment of what it sent. */
function send(
  scene: EngineScene,
  from: Parameters<EngineScene['get']>[0],
  to: { readonly service: string; readonly handler: string; readonly key: string },
): string | undefined {
  const known = new Set(scene.all('invocation').map((record) => record.id));
  scene.advance(from, [
    command({
      kind: 'oneWayCall',
      name: '',
      invokeAt: 0,
      ...to,
      parameter: text(''),
      headers: [],
      invocationIdCompletionId: 1,
    }),
  ]);
  return scene.all('invocation').find((record) => !known.has(record.id))?.pin.deployment;
}
