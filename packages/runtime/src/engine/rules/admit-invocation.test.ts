import { expect, test } from 'vitest';
import { EngineScene, operator } from '../engine-scene.ts';

test('exclusive handlers of a key run one at a time, in the order of acceptance (P7)', () => {
  const scene = new EngineScene();
  const line = Array.from({ length: 4 }, () => scene.invoke());

  const order = line.map(() => {
    const holder = scene.all('invocation').find(({ state }) => state.status === 'running');
    if (holder !== undefined) scene.complete(holder.id);
    return holder?.id;
  });

  expect(order).toEqual(line);
  expect(scene.all('object')).toEqual([]);
});

test('who gives up in the queue leaves no gap in it', () => {
  const scene = new EngineScene();
  const [holder, impatient, patient] = [scene.invoke(), scene.invoke(), scene.invoke()];

  scene.apply({ kind: 'cancel', invocation: impatient, ...operator });
  scene.complete(holder);

  expect(scene.statusOf(impatient)).toBe('gone');
  expect(scene.statusOf(patient)).toBe('running');
});

test('other keys, shared handlers and services wait for nobody', () => {
  const scene = new EngineScene();
  scene.invoke();

  const others = [
    scene.invoke({ key: 'blue' }),
    scene.invoke({ handler: 'read' }),
    scene.invoke({ service: 'Greeter', key: '' }),
    scene.invoke({ service: 'Signup', key: 'red' }),
  ];

  expect(others.map((id) => scene.statusOf(id))).toEqual(['running', 'running', 'running', 'running']);
});

test('a delayed call takes its place in the queue when its time comes, not when it was accepted', () => {
  const scene = new EngineScene();
  const delayed = scene.invoke({ startAt: scene.now + 500 });
  const holder = scene.invoke();
  const second = scene.invoke();
  scene.fireNext();
  scene.complete(holder);

  expect([scene.statusOf(second), scene.statusOf(delayed)]).toEqual(['running', 'pending']);
});

test('the key stays held while its holder is suspended, backing off or paused', () => {
  const scene = new EngineScene();
  const holder = scene.invoke();
  const next = scene.invoke();
  const seen: string[] = [];

  scene.suspend(holder, { signals: [17] });
  seen.push(scene.statusOf(next));
  scene.apply({ kind: 'pause', invocation: holder, ...operator });
  seen.push(scene.statusOf(next));
  scene.apply({ kind: 'resume', invocation: holder, deployment: 'keep', ...operator });
  scene.fail(holder);
  seen.push(scene.statusOf(next));

  expect(seen).toEqual(['pending', 'pending', 'pending']);
});
