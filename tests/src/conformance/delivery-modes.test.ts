import { describe, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import type { ServiceOptions } from '../harness/service-process.ts';
import { unique } from '../harness/unique.ts';
import type { signup } from '../services/signup.ts';
import type { StateStep } from '../services/state-box.ts';

/**
 * The same handlers, delivered in every way that the protocol has. What a handler does must not depend on it.
 *
 * The modes that suspend at every wait matter most: each of their waits is a replay, so that a fault in journaling shows.
 */
const modes: Record<
  string,
  { serve: Omit<ServiceOptions, 'trace' | 'module'>; protocolV7?: boolean; version?: number }
> = {
  'over a bidirectional stream': { serve: {} },
  'suspending at every wait': { serve: { alwaysSuspend: true } },
  'over HTTP/1.1, request and response': { serve: { mode: 'http1' } },
  'over HTTP/2, request and response': { serve: { mode: 'request-response' } },
  'with lazy state': { serve: { lazyState: true } },
  'in protocol version 5': { serve: { protocolVersions: [5, 5] }, version: 5 },
  'in protocol version 5, suspending': { serve: { protocolVersions: [5, 5], alwaysSuspend: true }, version: 5 },
  'in protocol version 6': { serve: { protocolVersions: [5, 6] }, version: 6 },
  'in protocol version 7': { serve: { protocolVersions: [7, 7] }, protocolV7: true, version: 7 },
  'in protocol version 7, suspending': {
    serve: { protocolVersions: [7, 7], alwaysSuspend: true },
    protocolV7: true,
    version: 7,
  },
};

describe.each(Object.entries(modes))('%s', needs('chosen-by-suite'), (_title, mode) => {
  const world = useWorld({
    services: { module: 'everything', ...mode.serve },
    target: mode.protocolV7 === true ? { protocolV7: true } : {},
  });

  test('a handler answers', async () => {
    expect(await world().ingress.call('Greeter/greet', 'Ada')).toBe('Hello, Ada!');
  });

  if (mode.version !== undefined) {
    test('the requests to the service are of that version', async () => {
      const { attempt } = await world().ingress.call<{ attempt: Record<string, string> }>('Greeter/whoAmI');

      expect(attempt['content-type']).toBe(`application/vnd.restate.invocation.v${mode.version}`);
    });
  }

  test('state is read and written, also over a failed attempt', async () => {
    const steps: StateStep[] = [
      { op: 'get', key: 'a' },
      { op: 'set', key: 'a', value: 1 },
      { op: 'set', key: 'b', value: 2 },
      { op: 'keys' },
      { op: 'breakOnce' },
      { op: 'get', key: 'a' },
      { op: 'clear', key: 'a' },
      { op: 'get', key: 'a' },
      { op: 'clearAll' },
      { op: 'get', key: 'b' },
    ];

    expect(await world().ingress.call(`EagerBox/${unique('key')}/play`, steps)).toEqual([
      null,
      ['a', 'b'],
      1,
      null,
      null,
    ]);
  });

  test('calls answer in their order and pass failures on', async () => {
    const key = unique('key');
    const failure = { message: 'no stock', code: 410 };

    expect(await world().ingress.call('Caller/callMany', { key, times: 5 })).toEqual([1, 2, 3, 4, 5]);
    expect(await world().ingress.call('Caller/catchFailure', failure)).toMatchObject(failure);
    expect(await world().ingress.call('Caller/deep', 4)).toBe(4);
  });

  test('ids of children are told', async () => {
    const ids = await world().ingress.call<{ called: string; seen: string; sent: string }>('Caller/ids');

    expect(ids.called).toBe(ids.seen);
    expect(ids.sent).toMatch(/^inv_1/);
  });

  test('sleeps end in the order of their times', async () => {
    expect(await world().ingress.call('Sleeper/order', [120, 10, 60])).toEqual([10, 60, 120]);
  });

  test('steps are executed once over failing attempts', async () => {
    const name = unique('flaky');

    expect(await world().ingress.call('Flaky/untilAttempt', { name, attempt: 3 })).toMatchObject({ steps: 1 });
  });

  test('a step with its own policy gives up', async () => {
    const name = unique('flaky');

    expect(await world().ingress.call('Flaky/stepGivesUp', name)).toMatchObject({ executions: 3 });
  });

  test('a failed step is recorded', async () => {
    expect(await world().ingress.call('Flaky/stepTerminal', unique('flaky'))).toMatchObject({
      code: 402,
      executions: 1,
    });
  });

  test('parallel steps keep their places', async () => {
    expect(await world().ingress.call('Combiner/parallelSteps', 8)).toEqual([0, 1, 4, 9, 16, 25, 36, 49]);
  });

  test('random values and dates are the same in every attempt', async () => {
    const name = unique('dice');

    const last = await world().ingress.call<unknown[]>('Dice/throwDice', name);

    const attempts = world().trace.details(`dice ${name}`) as unknown[][]; // each attempt traces the list of what it saw
    expect(attempts.length).toBeGreaterThanOrEqual(4);
    for (const seen of attempts) expect(seen).toEqual(last.slice(0, seen.length));
  });

  test('awakeables are resolved and rejected', async () => {
    const outcomes = [];
    for (const act of ['resolve', 'reject']) {
      const name = unique('wait');
      const { invocationId } = await world().ingress.send('Waiter/wait', name);
      const awakeable = String(await world().trace.waitForDetail(`waiting ${name}`));
      await world().ingress.ask(`/restate/awakeables/${awakeable}/${act}`, {
        raw: '"word"',
        headers: { 'content-type': 'application/json' },
      });
      outcomes.push((await world().ingress.attach(invocationId)).json());
    }

    expect(outcomes).toEqual([{ value: 'word' }, { code: 500, message: '"word"' }]);
  });

  test('signals arrive by name, in any order', async () => {
    const name = unique('signal');
    const { invocationId } = await world().ingress.send('Waiter/waitTwoSignals', name);
    await world().trace.waitFor(`waiting two signals ${name}`);

    await world().ingress.call('Waiter/signal', { id: invocationId, name: 'b', value: 'second' });
    await world().ingress.call('Waiter/signal', { id: invocationId, name: 'a', value: 'first' });

    expect((await world().ingress.attach(invocationId)).json()).toEqual(['first', 'second']);
  });

  test('combinators end by the right path', async () => {
    const fast = { ms: 1, answer: 'fast' };
    const slow = { ms: 80, answer: 'slow' };
    const failing = { ms: 1, failure: 'failed' };

    expect(await world().ingress.call('Combiner/all', [slow, fast])).toEqual({ value: ['slow', 'fast'] });
    expect(await world().ingress.call('Combiner/race', [slow, fast])).toEqual({ value: 'fast' });
    expect(await world().ingress.call('Combiner/any', [failing, slow])).toEqual({ value: 'slow' });
    expect(await world().ingress.call('Combiner/allSettled', [failing, fast])).toEqual([
      { failure: 'failed' },
      { value: 'fast' },
    ]);
    expect(await world().ingress.call('Combiner/timeout', 50)).toBe('timed out');
  });

  test('the winner of a race stays the winner after a replay', async () => {
    const name = unique('mixed');
    const { invocationId } = await world().ingress.send('Combiner/mixed', name);
    await world().trace.waitFor(`mixed ${name}`);

    await world().ingress.call('Waiter/signal', { id: invocationId, name: 'knock', value: 'knock' });

    expect((await world().ingress.attach(invocationId)).json()).toBe('knock knock');
  });

  test('a workflow runs once, waits for its promise and is attached to', async () => {
    const key = unique('wf');
    const workflow = world().target.client.workflowClient<typeof signup>({ name: 'Signup' }, key);

    await workflow.workflowSubmit('Ada');
    const before = await workflow.peek();
    await workflow.approve('Grace');

    expect(before).toBe('open');
    expect(await workflow.workflowAttach()).toBe('Ada, approved by Grace');
    expect((await world().ingress.ask(`/Signup/${key}/approve`, { json: 'Mallory' })).status).toBe(409);
  });

  test('a cancellation reaches children, and a handler may compensate', async () => {
    const tree = unique('leaf');
    const saga = unique('leaf');
    const parent = await world().ingress.send('Canceller/grandparent', tree);
    const compensating = await world().ingress.send('Canceller/compensate', saga);
    await world().trace.waitFor(`leaf ${tree}`);
    await world().trace.waitFor(`compensate ${saga}`);
    const ends = Promise.all([
      world().ingress.attach(parent.invocationId),
      world().ingress.attach(compensating.invocationId),
    ]);

    await world().admin.act(parent.invocationId, 'cancel');
    await world().admin.act(compensating.invocationId, 'cancel');

    const [ended, compensated] = await ends;
    expect(ended.status).toBe(409);
    expect(compensated.json()).toBe(`undone, ${saga}`);
    await world().trace.waitFor(`leaf cancelled ${tree}`);
  });

  test('a killed invocation ends without running user code', async () => {
    const name = unique('leaf');
    const { invocationId } = await world().ingress.send('Canceller/leaf', name);
    await world().trace.waitFor(`leaf ${name}`);
    const attached = world().ingress.attach(invocationId);

    await world().admin.act(invocationId, 'kill');

    expect((await attached).status).toBe(409);
    expect(world().trace.count(`leaf cancelled ${name}`)).toBe(0);
  });

  test('a payload of a megabyte passes', async () => {
    const large = 'x'.repeat(1024 * 1024);

    expect(await world().ingress.call('Greeter/echo', large)).toBe(large);
  });
});
