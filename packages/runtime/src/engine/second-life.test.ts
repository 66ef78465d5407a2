/** An id that makes an execution unique lives again after its record was forgotten: what its first life left must not reach the second. */
import { partitionOf } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { EngineScene, command, operator, success } from './engine-scene.ts';
import type { InvocationRecord } from './record.ts';

const parameter = new Uint8Array([7]);
const call = command({
  kind: 'call',
  name: '',
  service: 'Greeter',
  handler: 'greet',
  key: '',
  parameter,
  headers: [],
  invocationIdCompletionId: 1,
  completionId: 2,
});

test('calls the handlers that it calls anew, instead of finding what its first life called', () => {
  const scene = new EngineScene();
  const life = (): ReturnType<EngineScene['invoke']> => {
    const id = scene.invoke({ service: 'Signup', key: 'w' });
    scene.advance(id, [call]);
    return id;
  };
  const run = life();
  const first = scene.all('invocation').find((record) => record.target.service === 'Greeter');
  if (first === undefined) throw new Error('Nothing was called.');
  scene.complete(first.id, success('first'));
  scene.complete(run);
  scene.apply({ kind: 'purge', invocation: run, ...operator });
  scene.now += 1_000;

  life();

  expect(scene.get(first.id).state.status).toBe('completed');
  expect(scene.all('invocation').filter((record) => record.target.service === 'Greeter')).toHaveLength(2);
  expect(scene.get(run).journal.open).toEqual({ 2: 'call' });
});

test('takes no result of what its first life called', () => {
  const scene = new EngineScene();
  const run = scene.invoke({ service: 'Signup', key: 'w' });
  scene.advance(run, [call]);
  const first = scene.all('invocation').find((record) => record.target.service === 'Greeter');
  if (first === undefined) throw new Error('Nothing was called.');
  scene.complete(run);
  scene.apply({ kind: 'purge', invocation: run, ...operator });
  scene.now += 1_000;
  scene.invoke({ service: 'Signup', key: 'w' });
  scene.advance(run, [call]);

  scene.complete(first.id, success('of the first life'));

  expect(scene.get(run).journal.open).toEqual({ 2: 'call' });
});

test('is kept as long as it may be, whatever timers of its first life come due', () => {
  const scene = new EngineScene();
  const run = scene.invoke({ service: 'Signup', key: 'w' });
  scene.complete(run);
  const retention = scene.timers().filter((timer) => timer.invocation === run);
  scene.apply({ kind: 'purge', invocation: run, ...operator });
  scene.now += 1_000;
  scene.invoke({ service: 'Signup', key: 'w' });
  scene.complete(run, success('second'));

  for (const timer of retention) {
    scene.now = Math.max(scene.now, timer.fireAt);
    scene.apply({ kind: 'fireTimer', timer });
  }

  expect(retention.length).toBeGreaterThan(0);
  expect(scene.get(run).state).toMatchObject({ status: 'completed', result: success('second'), journalKept: true });
});

test('takes nothing from an attempt of its first life, whose epoch was the same', () => {
  const scene = new EngineScene();
  const run = scene.invoke({ service: 'Signup', key: 'w' });
  const { createdAt, epoch } = scene.get(run);
  scene.apply({ kind: 'kill', invocation: run, ...operator });
  scene.apply({ kind: 'purge', invocation: run, ...operator });
  scene.now += 1_000;
  scene.invoke({ service: 'Signup', key: 'w' });
  const journal = scene.journalOf(run);

  scene.apply({ kind: 'advanceAttempt', invocation: run, createdAt, epoch, messages: [call], jitter: 0 });

  expect(scene.get(run).epoch).toBe(epoch);
  expect(scene.journalOf(run)).toEqual(journal);
});

test('keeps its own back-off when the back-off of its first life is over', () => {
  const scene = new EngineScene();
  const life = (): ReturnType<EngineScene['invoke']> => {
    const id = scene.invoke({ service: 'Signup', key: 'w' });
    scene.fail(id, { retryAfterMs: 5_000 });
    return id;
  };
  const run = life();
  const timer = scene.timerOf(run);
  if (timer === undefined) throw new Error('No timer was set.');
  scene.apply({ kind: 'kill', invocation: run, ...operator });
  scene.apply({ kind: 'purge', invocation: run, ...operator });
  scene.now += 1_000;
  life();

  scene.now = timer.fireAt;
  scene.apply({ kind: 'fireTimer', timer });

  expect(scene.get(run).state).toEqual({ status: 'backingOff', retryAt: timer.fireAt + 1_000 });
});

test('takes no result of what its first life attached to', () => {
  const scene = new EngineScene();
  const [before, after] = [scene.invoke({ key: 'before' }), scene.invoke({ key: 'after' })];
  const run = scene.invoke({ service: 'Signup', key: 'w' });
  const attachTo = (id: string): void =>
    scene.advance(run, [
      command({ kind: 'attachInvocation', name: '', target: { kind: 'invocation', id }, completionId: 1 }),
    ]);
  attachTo(before);
  scene.apply({ kind: 'kill', invocation: run, ...operator });
  scene.apply({ kind: 'purge', invocation: run, ...operator });
  scene.now += 1_000;
  scene.invoke({ service: 'Signup', key: 'w' });
  attachTo(after);

  scene.complete(before, success('of the first life'));

  expect(scene.get(run).journal.open).toEqual({ 1: 'attachInvocation' });
});

test('takes no promise that its first life waited for', () => {
  const scene = new EngineScene();
  const id = scene.newId();
  const life = (name: string): void => {
    scene.invoke({ service: 'Signup', handler: 'approve', key: 'w', id });
    scene.advance(id, [command({ kind: 'getPromise', name: '', key: name, completionId: 1 })]);
  };
  life('before');
  scene.apply({ kind: 'kill', invocation: id, ...operator });
  scene.apply({ kind: 'purge', invocation: id, ...operator });
  scene.now += 1_000;
  life('after');

  const other = scene.invoke({ service: 'Signup', handler: 'approve', key: 'w' });
  scene.advance(other, [
    command({ kind: 'completePromise', name: '', key: 'before', result: success('early'), completionId: 1 }),
  ]);

  expect(scene.get(id).journal.open).toEqual({ 1: 'getPromise' });
});

test('takes no output that its first life asked for', () => {
  const scene = new EngineScene({ partitions: 2 });
  const life = (): InvocationRecord => {
    const id = scene.invoke({ service: 'Signup', key: 'w' });
    const target = { kind: 'invocation', id: elsewhere(scene, id) } as const;
    scene.advance(id, [command({ kind: 'getInvocationOutput', name: '', target, completionId: 1 })]);
    return scene.get(id);
  };
  const first = life();
  const partition = partitionOf(first.id, 2);
  scene.apply({ kind: 'kill', invocation: first.id, ...operator });
  scene.apply({ kind: 'purge', invocation: first.id, ...operator });
  scene.now += 1_000;
  life();

  const { id: reader, createdAt } = first;
  const message = { kind: 'output', reader, createdAt, completionId: 1, result: success('early') } as const;
  scene.apply({ kind: 'receiveMessage', source: 1 - partition, sequence: 1, message }, partition);

  expect(scene.get(reader).journal.open).toEqual({ 1: 'getInvocationOutput' });
});

/** An id that belongs to the other one of two partitions. */
function elsewhere(scene: EngineScene, id: InvocationId): InvocationId {
  const ids = Array.from({ length: 20 }, () => scene.newId('Greeter', ''));
  const found = ids.find((one) => partitionOf(one, 2) !== partitionOf(id, 2));
  if (found === undefined) throw new Error('All ids belong to one partition.');
  return found;
}
