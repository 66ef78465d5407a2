import { describe, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';
import type { StateStep } from '../services/state-box.ts';

const world = useWorld({ services: { module: 'state-box' } });

describe.each(['EagerBox', 'LazyBox'])('state of %s', (box) => {
  const play = (key: string, ...steps: StateStep[]): Promise<unknown[]> =>
    world().ingress.call(`${box}/${key}/play`, steps);
  const look = (key: string, ...keys: string[]): Promise<unknown> => world().ingress.call(`${box}/${key}/look`, keys);

  test('a value that was never set is null and has no key', async () => {
    expect(await look(unique('key'), 'a')).toEqual({ found: { a: null }, keys: [] });
  });

  test('a handler reads its own writes', async () => {
    const read = await play(
      unique('key'),
      { op: 'get', key: 'a' },
      { op: 'set', key: 'a', value: 1 },
      { op: 'get', key: 'a' },
      { op: 'set', key: 'a', value: { b: [2] } },
      { op: 'get', key: 'a' },
      { op: 'clear', key: 'a' },
      { op: 'get', key: 'a' },
    );

    expect(read).toEqual([null, 1, { b: [2] }, null]);
  });

  test('the next invocation reads what the last one wrote', async () => {
    const key = unique('key');
    await play(
      key,
      { op: 'set', key: 'a', value: 1 },
      { op: 'set', key: 'b', value: '2' },
      { op: 'set', key: 'c', value: null },
    );

    const read = await play(
      key,
      { op: 'get', key: 'a' },
      { op: 'get', key: 'b' },
      { op: 'get', key: 'c' },
      { op: 'keys' },
    );

    expect(read).toEqual([1, '2', null, ['a', 'b', 'c']]);
  });

  test('clearing one key leaves the others', async () => {
    const key = unique('key');
    await play(key, { op: 'set', key: 'a', value: 1 }, { op: 'set', key: 'b', value: 2 });

    await play(key, { op: 'clear', key: 'a' }, { op: 'clear', key: 'never set' });

    expect(await look(key, 'a', 'b')).toEqual({ found: { a: null, b: 2 }, keys: ['b'] });
  });

  test('clearing everything leaves nothing, and what is set after it stays', async () => {
    const key = unique('key');
    await play(key, { op: 'set', key: 'a', value: 1 }, { op: 'set', key: 'b', value: 2 });

    const read = await play(
      key,
      { op: 'clearAll' },
      { op: 'get', key: 'a' },
      { op: 'set', key: 'c', value: 3 },
      { op: 'keys' },
    );

    expect(read).toEqual([null, ['c']]);
    expect(await look(key, 'a', 'b', 'c')).toEqual({ found: { a: null, b: null, c: 3 }, keys: ['c'] });
  });

  test('keys are listed in order, also when there are many', async () => {
    const key = unique('key');
    const keys = Array.from({ length: 50 }, (_, index) => `k${String(index).padStart(2, '0')}`);
    await play(key, ...keys.toReversed().map((one): StateStep => ({ op: 'set', key: one, value: one })));

    expect(await play(key, { op: 'keys' })).toEqual([keys]);
  });

  test('a replay reads what the first attempt read, not what is stored by now', async () => {
    const key = unique('key');
    await play(key, { op: 'set', key: 'a', value: 'before' });

    const read = await play(
      key,
      { op: 'get', key: 'a' },
      { op: 'keys' },
      { op: 'set', key: 'a', value: 'after' },
      { op: 'set', key: 'b', value: 'after' },
      { op: 'breakOnce' },
      { op: 'get', key: 'a' },
      { op: 'keys' },
    );

    // Once failing and once not; more often where a read of state is a wait and a wait a replay.
    expect(world().trace.count(`break ${key}`)).toBeGreaterThanOrEqual(2);
    expect(read).toEqual(['before', ['a'], 'after', ['a', 'b']]);
  });

  test('a cleared value stays cleared over a failed attempt', async () => {
    const key = unique('key');
    await play(key, { op: 'set', key: 'a', value: 1 }, { op: 'set', key: 'b', value: 2 });

    const read = await play(
      key,
      { op: 'clear', key: 'a' },
      { op: 'breakOnce' },
      { op: 'get', key: 'a' },
      { op: 'get', key: 'b' },
    );

    expect(read).toEqual([null, 2]);
  });

  test('bytes are stored as they are', async () => {
    const key = unique('key');
    const bytes = Uint8Array.from([0, 255, 1, 254, 10, 13]);

    const answer = await world().ingress.ask(`/${box}/${key}/bytes`, {
      raw: bytes,
      headers: { 'content-type': 'application/octet-stream' },
    });

    expect(Array.from(answer.bytes)).toEqual(Array.from(bytes));
  });

  test('a megabyte of state comes back whole', async () => {
    const key = unique('key');
    const value = 'y'.repeat(1024 * 1024);
    await play(key, { op: 'set', key: 'a', value });

    expect(await play(key, { op: 'get', key: 'a' })).toEqual([value]);
  });

  test('an operator can replace the state of a key', async () => {
    const key = unique('key');
    await play(key, { op: 'set', key: 'old', value: 1 });

    const edited = await world().admin.ask(`/services/${box}/state`, {
      headers: { 'x-holdfast-reason': 'the conformance suite edits what it has written' },
      json: { object_key: key, new_state: { fresh: Array.from(new TextEncoder().encode('"edited"')) } },
    });

    expect(edited.status).toBe(202);
    await waitUntil('the edit is visible', async () => {
      const { keys } = (await look(key)) as { keys: string[] };
      return keys.includes('fresh');
    });
    expect(await look(key, 'old', 'fresh')).toEqual({ found: { old: null, fresh: 'edited' }, keys: ['fresh'] });
  });

  test('an edit of state without a reason', async () => {
    const edited = await world().admin.ask(`/services/${box}/state`, {
      json: { object_key: unique('key'), new_state: {} },
    });

    expect(edited.status).toBe(world().target.differs('reason-required', { restate: 202, holdfast: 400 }));
  });

  test('state is visible to operators through SQL', async () => {
    const key = unique('key');
    await play(key, { op: 'set', key: 'a', value: 1 }, { op: 'set', key: 'b', value: 'two' });

    const rows = await world().admin.query(
      `select key, value_utf8 from state where service_name = '${box}' and service_key = '${key}' order by key`,
    );

    expect(rows).toEqual([
      { key: 'a', value_utf8: '1' },
      { key: 'b', value_utf8: '"two"' },
    ]);
  });
});
