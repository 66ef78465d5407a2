import type { InvocationId } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { bytesOf, command, EngineScene, failure, operator, success, suspendsOn } from '../engine-scene.ts';

function callee(
  scene: EngineScene,
  caller: InvocationId,
  to: { readonly service: string; readonly handler: string; readonly key: string },
): InvocationId {
  const known = new Set(scene.all('invocation').map(({ id }) => id));
  const next = scene.get(caller).journal.lastCompletionId + 1;
  scene.advance(caller, [
    command({
      kind: 'call',
      name: '',
      ...to,
      parameter: bytesOf(''),
      headers: [],
      invocationIdCompletionId: next,
      completionId: next + 1,
    }),
  ]);
  scene.deliverAll();
  const made = scene.all('invocation').find(({ id }) => !known.has(id));
  if (made === undefined) throw new Error('The call made no invocation.');
  return made.id;
}

const greeter = { service: 'Greeter', handler: 'greet', key: '' };
const counter = { service: 'Counter', handler: 'add', key: 'red' };

test('kill follows the calls to the last, in every partition, one message per child', () => {
  const scene = new EngineScene({ partitions: 4 });
  const root = scene.invoke({ service: 'Greeter', key: '' });
  const children = [callee(scene, root, greeter), callee(scene, root, greeter), callee(scene, root, counter)];
  const grandchild = callee(scene, children[0] ?? root, greeter);

  scene.apply({ kind: 'kill', invocation: root, ...operator });
  const ordered = scene.outbox().filter(({ message }) => message.kind === 'kill');
  scene.deliverAll();

  expect(ordered).toHaveLength(children.length);
  for (const id of [root, ...children, grandchild])
    expect(scene.get(id).state).toMatchObject({ status: 'completed', result: failure(409, 'killed') });
});

test('a killed invocation runs no more code: its attempt is cut off', () => {
  const scene = new EngineScene();
  const id = scene.invoke();

  scene.apply({ kind: 'kill', invocation: id, ...operator });

  const { createdAt } = scene.get(id);
  expect(scene.effects).toContainEqual({ kind: 'stopAttempt', invocation: id, createdAt, epoch: 1, how: 'abort' });
});

test('a child that ended before is left as it ended', () => {
  const scene = new EngineScene();
  const root = scene.invoke({ service: 'Greeter', key: '' });
  const child = callee(scene, root, greeter);
  scene.complete(child, success('fine'));

  scene.apply({ kind: 'kill', invocation: root, ...operator });
  scene.deliverAll();

  expect(scene.get(child).state).toMatchObject({ result: success('fine') });
});

test('killing the holder of a key gives the key to the next in line', () => {
  const scene = new EngineScene();
  const holder = scene.invoke();
  const next = scene.invoke();

  scene.apply({ kind: 'kill', invocation: holder, ...operator });

  expect(scene.statusOf(next)).toBe('running');
});

test('a killed callee tells its caller', () => {
  const scene = new EngineScene();
  const root = scene.invoke({ service: 'Greeter', key: '' });
  const child = callee(scene, root, greeter);
  scene.advance(root, [suspendsOn({ completions: [2] }, scene.get(root).journal.length)]);

  scene.apply({ kind: 'kill', invocation: child, ...operator });

  expect(scene.statusOf(root)).toBe('running');
  expect(scene.get(root).journal.notified).toEqual([[1, 2]]);
});
