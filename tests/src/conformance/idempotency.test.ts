import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'counter' } });

const withKey = (key: string): { headers: Record<string, string> } => ({ headers: { 'idempotency-key': key } });

test('a repeated call with the same key gets the first answer and has one effect', async () => {
  const object = unique('key');
  const key = unique('idem');

  const first = await world().ingress.ask(`/Counter/${object}/add`, { json: 3, ...withKey(key) });
  const second = await world().ingress.ask(`/Counter/${object}/add`, { json: 3, ...withKey(key) });

  expect([first.json(), second.json()]).toEqual([3, 3]);
  expect(second.headers.get('x-restate-id')).toBe(first.headers.get('x-restate-id'));
  expect(Date.parse(second.headers.get('idempotency-expires') ?? '')).toBeGreaterThan(Date.now());
  expect(await world().ingress.call(`Counter/${object}/value`)).toBe(3);
});

test('a repeated send with the same key is told that it was accepted before', async () => {
  const object = unique('key');
  const key = unique('idem');

  const first = await world().ingress.send(`Counter/${object}/add`, 3, withKey(key));
  const second = await world().ingress.send(`Counter/${object}/add`, 3, withKey(key));

  expect(first.status).toBe('Accepted');
  expect(second).toMatchObject({ status: 'PreviouslyAccepted', invocationId: first.invocationId });
});

test('twenty concurrent calls with one key are one execution and get one answer', async () => {
  const object = unique('key');
  const key = unique('idem');

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => world().ingress.ask(`/Counter/${object}/add`, { json: 1, ...withKey(key) })),
  );

  expect(answers.map((one) => one.json())).toEqual(Array.from({ length: 20 }, () => 1));
  expect(new Set(answers.map((one) => one.headers.get('x-restate-id'))).size).toBe(1);
  expect(await world().ingress.call(`Counter/${object}/value`)).toBe(1);
});

test('a call attaches to the running invocation that a send with its key has started', async () => {
  const object = unique('key');
  const key = unique('idem');
  const sent = await world().ingress.send(`Counter/${object}/hold`, object, withKey(key));
  const event = await world().trace.waitForDetail(`holding ${object}`);

  const call = world().ingress.ask(`/Counter/${object}/hold`, { json: object, ...withKey(key) });
  await world().ingress.ask(`/restate/awakeables/${String(event)}/resolve`, { json: 'together' });

  const answer = await call;
  expect(answer.json()).toBe('together');
  expect(answer.headers.get('x-restate-id')).toBe(sent.invocationId);
  expect(world().trace.count(`released ${object}`)).toBe(1);
});

test('different keys are different invocations', async () => {
  const object = unique('key');

  await world().ingress.call(`Counter/${object}/add`, 1, withKey(unique('idem')));
  await world().ingress.call(`Counter/${object}/add`, 1, withKey(unique('idem')));

  expect(await world().ingress.call(`Counter/${object}/value`)).toBe(2);
});

test('one key on two targets is two invocations', async () => {
  const key = unique('idem');

  const one = await world().ingress.call(`Counter/${unique('key')}/add`, 1, withKey(key));
  const other = await world().ingress.call(`Counter/${unique('key')}/add`, 2, withKey(key));

  expect([one, other]).toEqual([1, 2]);
});

test('a failure is kept under its key as well', async () => {
  const object = unique('key');
  const key = unique('idem');
  const first = await world().ingress.ask(`/Counter/${object}/setThenFail`, { json: 1, ...withKey(key) });
  await world().ingress.call(`Counter/${object}/add`, 5);

  const second = await world().ingress.ask(`/Counter/${object}/setThenFail`, { json: 1, ...withKey(key) });

  expect([first.status, second.status]).toEqual([418, 418]);
  expect(await world().ingress.call(`Counter/${object}/value`)).toBe(6);
});

test('the key of an invocation is visible to operators', async () => {
  const key = unique('idem');
  const { invocationId } = await world().ingress.send(`Counter/${unique('key')}/add`, 1, withKey(key));

  expect((await world().admin.findInvocation(invocationId))?.idempotency_key).toBe(key);
});
