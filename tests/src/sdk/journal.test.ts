/** Services on the SDK of this repository, in every delivery mode, on either runtime. */
import { describe, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { waitForMismatch } from '../harness/wait-for-mismatch.ts';
import type { ServiceOptions } from '../harness/service-process.ts';
import { unique } from '../harness/unique.ts';

type Mode = Pick<ServiceOptions, 'mode' | 'alwaysSuspend' | 'lazyState' | 'protocolVersions'> & {
  readonly protocolV7?: boolean;
};

const modes: readonly (readonly [title: string, mode: Mode])[] = [
  ['over a bidirectional stream', {}],
  ['over HTTP/1.1', { mode: 'http1' }],
  ['suspended at every await', { alwaysSuspend: true, lazyState: true }],
  ['in protocol version 5', { protocolVersions: [5, 5] }],
  ['in protocol version 6, suspended at every await', { protocolVersions: [5, 6], alwaysSuspend: true }],
  ['in protocol version 7', { protocolV7: true }],
];

describe.each(modes)('%s', (_title, { protocolV7 = false, ...mode }) => {
  const world = useWorld({ services: { ours: true, module: 'sdk-basics', ...mode }, target: { protocolV7 } });

  test('steps and timers run once each, whatever the number of attempts', async () => {
    const name = unique('work');

    const result = await world().ingress.call('Work/steps', name);

    expect(result).toEqual([`first ${name}`, `left ${name}`, `right ${name}`]);
    expect(['first', 'left', 'right'].map((step) => world().trace.count(`${step} ${name}`))).toEqual([1, 1, 1]);
  });

  test('an object keeps its state from call to call', async () => {
    const key = unique('key');

    const sums = [await world().ingress.call(`Tally/${key}/add`, 2), await world().ingress.call(`Tally/${key}/add`, 3)];
    const read = await world().ingress.call(`Tally/${key}/read`);
    await world().ingress.call(`Tally/${key}/reset`);

    expect(sums).toEqual([2, 5]);
    expect(read).toEqual({ sum: 5, keys: ['sum'], key });
    expect(await world().ingress.call(`Tally/${key}/read`)).toEqual({ sum: null, keys: [], key });
  });

  test('calls, delayed sends, terminal failures and attaching reach other services', async () => {
    const result = await world().ingress.call('Work/calls', 3);

    expect(result).toEqual({ doubled: 12, refused: '418 no tea', callee: 'inv_1', sent: 3 });
  });

  test('an awakeable is resolved from outside', async () => {
    const name = unique('work');
    const { invocationId } = await world().ingress.send('Work/approve', name);
    const gate = String(await world().trace.waitForDetail(`gate ${name}`));

    await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });

    expect((await world().ingress.attach(invocationId)).json()).toBe('go');
    expect(world().trace.count(`gate ${name}`)).toBe(1);
  });

  test('a wait that takes too long fails with 408', async () => {
    expect(await world().ingress.call('Work/hurried')).toBe(408);
  });

  test('a promise of a workflow is completed by another handler', async () => {
    const key = unique('flow');
    const { invocationId } = await world().ingress.send(`Approval/${key}/run`, 'refund');

    await world().ingress.call(`Approval/${key}/decide`, 'granted');

    expect((await world().ingress.attach(invocationId)).json()).toBe('refund: granted');
  });

  test('a promise is completed once, and may be looked at before', async () => {
    const key = unique('flow');
    const { invocationId } = await world().ingress.send(`Approval/${key}/run`, 'refund');

    const before = await world().ingress.call(`Approval/${key}/look`);
    await world().ingress.call(`Approval/${key}/refuse`, 'too late');
    const again = await world().ingress.ask(`/Approval/${key}/decide`, { json: 'granted' });
    const outcome = await world().ingress.attach(invocationId);

    expect(before).toBe('open');
    expect(again.status).toBe(409);
    expect([outcome.status, outcome.json<{ message: string }>().message]).toEqual([500, 'too late']);
  });

  test('a named signal reaches an invocation, as a value or as a refusal', async () => {
    const [first, second] = [unique('letter'), unique('letter')];
    const waiting = await Promise.all([first, second].map((name) => world().ingress.send('Letters/wait', name)));
    const [one, two] = await Promise.all([first, second].map((name) => world().trace.waitForDetail(`ready ${name}`)));

    await world().ingress.call('Letters/send', { to: one, text: 'hello' });
    await world().ingress.call('Letters/refuse', two);
    const outcomes = await Promise.all(waiting.map(({ invocationId }) => world().ingress.attach(invocationId)));

    expect(outcomes.map((outcome) => outcome.json())).toEqual(['hello', 'TerminalError: no letter today']);
  });

  test('a handler cancels another invocation, and rejects what one waits for', async () => {
    const [first, second] = [unique('work'), unique('work')];
    const stopped = await world().ingress.send('Work/approve', first);
    const refused = await world().ingress.send('Work/approve', second);
    await world().trace.waitFor(`gate ${first}`);
    const gate = await world().trace.waitForDetail(`gate ${second}`);

    await world().ingress.call('Letters/stop', stopped.invocationId);
    await world().ingress.call('Letters/reject', gate);

    expect((await world().ingress.attach(stopped.invocationId)).status).toBe(409);
    expect((await world().ingress.attach(refused.invocationId)).json()).toMatchObject({ message: 'not granted' });
  });

  test('a SIGKILL of the service behind every kind of entry changes nothing', async () => {
    const calm = await world().ingress.call<unknown[]>(`Entries/${unique('key')}/all`, unique('calm'));
    const name = unique('killed');
    const { invocationId } = await world().ingress.send(`Entries/${unique('key')}/all`, name);
    for (let phase = 1; phase <= 9; phase += 1) {
      await world().trace.waitFor(`phase ${phase} of ${name}`);
      await world().services.restart();
    }

    const result = (await world().ingress.attach(invocationId)).json<unknown[]>();

    const anonymous = (seen: unknown[]): string => JSON.stringify(seen).replaceAll(/(?:killed|calm)[\w-]*/g, 'name');
    expect(anonymous(result)).toBe(anonymous(calm));
  });

  test('work goes on when the runtime is killed and comes back', async () => {
    const name = unique('work');
    const { invocationId } = await world().ingress.send('Work/approve', name);
    const gate = String(await world().trace.waitForDetail(`gate ${name}`));
    await world().admin.waitForStatus(invocationId, 'suspended', 'running');

    await world().target.restart();
    await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });

    expect((await world().ingress.attach(invocationId)).json()).toBe('go');
  });

  test('a cancellation reaches the callee first, lets both compensate, and ends in 409', async () => {
    const name = unique('work');
    const { invocationId } = await world().ingress.send('Work/cancellable', name);
    await world().trace.waitFor(`waiting ${name}`);
    const attached = world().ingress.attach(invocationId);

    await world().admin.act(invocationId, 'cancel');

    expect((await attached).status).toBe(409);
    await world().trace.waitFor(`compensated ${name}`);
    await world().trace.waitFor(`callee ended ${name}`);
  });

  test('a step with a retry policy of its own fails for good when its attempts are used up', async () => {
    const name = unique('work');

    expect(await world().ingress.call('Work/flaky', name)).toBe('still broken');
    expect(world().trace.count(`limited ${name}`)).toBe(3);
  });

  test('a step that a SIGKILL of the service interrupted is executed again with its idempotency key', async () => {
    const name = unique('work');
    await world().services.restart({ version: 'hangs' });
    const { invocationId } = await world().ingress.send('Work/interrupted', name);
    await world().trace.waitFor(`long ${name}`);
    const attached = world().ingress.attach(invocationId);

    await world().services.restart({ version: 'v1' });

    const result = (await attached).json<{ long: string; before: string }>();
    const keys = world().trace.details(`long ${name}`);
    expect(result.long).toBe('done');
    expect(keys).toHaveLength(2);
    expect(new Set([...keys, result.before]).size).toBe(2);
    // Over HTTP/1.1 an answer may be lost with the process that wrote it: then nothing of it ever happened.
    if (mode.mode !== 'http1') expect(world().trace.count(`before ${name}`)).toBe(1);
  });

  test('other code at the same address is stopped before it does anything, and the old code completes the work', async () => {
    const name = unique('work');
    const { invocationId } = await world().ingress.send('Work/swapped', name);
    const gate = String(await world().trace.waitForDetail(`gate ${name}`));
    await world().services.restart({ version: 'v2' });
    await world().ingress.ask(`/restate/awakeables/${gate}/resolve`, { json: 'go' });
    const report = await waitForMismatch(world(), invocationId);

    await world().services.restart({ version: 'v1' });
    await world().admin.act(invocationId, 'resume');

    expect(report).toContain('records step "score" as entry 1; this code does step "score in percent" there');
    expect((await world().ingress.attach(invocationId)).json()).toBe('go');
    expect(world().trace.count(`score ${name}`)).toBe(1);
    expect(world().trace.count(`score in percent ${name}`)).toBe(0);
  });
});
