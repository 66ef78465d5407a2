import { userInfo } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RuntimeScene } from '../../runtime-scene.ts';
import { disagree, sleepLong, succeed } from '../../scripted-endpoint.ts';

let scene: RuntimeScene;

beforeAll(async () => {
  scene = await RuntimeScene.open();
  await scene.register(
    await scene.serve([{ name: 'Sleeper' }, { name: 'Cart', kind: 'VIRTUAL_OBJECT' }], sleepLong('')),
  );
  await scene.register(await scene.serve([{ name: 'Greeter' }], succeed('hi')));
});

afterAll(async () => {
  await scene.close();
});

async function suspended(): Promise<string> {
  const id = await scene.send('Sleeper/work');
  await scene.waitForStatus(id, 'suspended');
  return id;
}

async function completed(): Promise<string> {
  const id = await scene.send('Greeter/work');
  await scene.waitForStatus(id, 'completed');
  return id;
}

test('the list is filtered and says when it may be cut', async () => {
  const first = await scene.send('Cart/a%2Fb/work?delay=1h');
  const second = await scene.send('Cart/a%2Fb/work?delay=1h');
  const filters = ['--service', 'Cart', '--key', 'a/b', '--handler', 'work', '--status', 'scheduled'];

  const all = await scene.run(['invocations', 'list', ...filters]);
  const cut = await scene.run(['invocations', 'list', ...filters, '--limit', '1']);
  const none = await scene.run(['invocations', 'list', '--service', 'Cart', '--status', 'paused']);

  expect(all.exitCode).toBe(0);
  const rows = all.output.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.split(/ {2,}/).slice(0, 3).join(' ')).toSorted()).toEqual(
    [first, second].map((id) => `${id} scheduled Cart/a/b/work`).toSorted(),
  );
  expect(all.notes).toBe('');
  expect(cut.output.trimEnd().split('\n')).toHaveLength(2);
  expect(cut.notes).toBe('There may be more; narrow the list down or raise --limit.\n');
  expect(none.output).toBe('There are no such invocations.\n');
});

test('a filter that makes no sense is a wrong command', async () => {
  const { exitCode, notes } = await scene.run(['invocations', 'list', '--status', 'sleeping']);

  expect(exitCode).toBe(2);
  expect(notes).toContain('[PARAMETER_REFUSED]');
});

test('a description has status, pin and version history', async () => {
  const id = await suspended();

  const { exitCode, output } = await scene.run(['invocations', 'describe', id]);

  expect(exitCode).toBe(0);
  const shape = output
    .replaceAll(id, 'inv_1')
    .replaceAll(/dp_1\w+/g, 'dp_1')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  expect(shape).toBe(
    [
      'id          inv_1',
      'target      Sleeper/work',
      'status      suspended',
      'since       TIME',
      'waits for   completion 1',
      'pinned to   dp_1 (protocol 6)',
      'journal     2 entries, 2 of them commands',
      'attempts    1',
      'invoked by  ingress',
      'created     TIME',
      'modified    TIME',
      '',
      'RAN ON                      FROM ENTRY  SINCE                     BY          REASON',
      'dp_1  0           TIME  acceptance  current\n',
    ].join('\n'),
  );
});

test('a mismatch shows both sides, both deployments and the command that goes on', async () => {
  const recorder = await scene.serve([{ name: 'Fraud' }], sleepLong('cooling off'));
  const other = await scene.serve(
    [{ name: 'Fraud', documentation: 'v2' }],
    disagree(1, 'call to Ledger\n  is not a sleep'),
  );
  const recordedBy = await scene.register(recorder);
  const id = await scene.send('Fraud/work');
  await scene.waitForStatus(id, 'suspended');
  const replayedBy = await scene.register(other);
  const acted = await scene.run(['invocations', 'resume', id, '--deployment', replayedBy, '--reason', 'try v2']);
  await scene.waitForStatus(id, 'paused');

  const { output } = await scene.run(['invocations', 'describe', id]);

  expect(acted).toMatchObject({ exitCode: 0, output: `${id} goes on.\n` });
  const next = `holdfast invocations resume ${id} --deployment ${recordedBy} --reason "back to the recorded version"`;
  expect(output.slice(output.indexOf('The journal'))).toBe(
    [
      'The journal and the code disagree',
      'entry        1',
      'command      1',
      'expected     sleep "cooling off"',
      `recorded by  ${recordedBy}`,
      'found        call to Ledger',
      '               is not a sleep',
      `replayed by  ${replayedBy}`,
      `Next: ${next}\n`,
    ].join('\n'),
  );
  expect(output).toMatch(new RegExp(`^${replayedBy} +2 +\\S+ +${userInfo().username} +try v2$`, 'm'));
  expect(await scene.runJson('invocations', 'describe', id)).toMatchObject({
    mismatch: { next, recorded_by: recordedBy, replayed_by: replayedBy },
  });
  await scene.run(['invocations', 'resume', id, '--deployment', recordedBy, '--reason', 'back']);
  await scene.waitForStatus(id, 'suspended');
});

test('a pause holds until resume, and a description says how to go on', async () => {
  const id = await suspended();

  const paused = await scene.run(['invocations', 'pause', id]);
  const described = await scene.run(['invocations', 'describe', id]);
  const resumed = await scene.run(['invocations', 'resume', id]);

  expect(paused).toMatchObject({ exitCode: 0, output: `${id} is paused.\n` });
  expect(described.output).toMatch(/^because {5}paused by an operator$/m);
  expect(described.output).toContain(`\nNext: holdfast invocations resume ${id}\n`);
  expect(resumed).toMatchObject({ exitCode: 0, output: `${id} goes on.\n` });
});

test('cancelling asks a live invocation to stop and ends a scheduled one', async () => {
  const live = await suspended();
  const scheduled = await scene.send('Sleeper/work?delay=1h');

  const { exitCode, output } = await scene.run(['invocations', 'cancel', live, scheduled, '--reason', 'not needed']);

  expect(exitCode).toBe(0);
  expect(output).toBe(`${live} was asked to stop.\n${scheduled} is cancelled.\n`);
});

test('killing asks a person, and --yes answers', async () => {
  const first = await suspended();
  const second = await suspended();

  const declined = await scene.run(['invocations', 'kill', first, second], ['']);
  const confirmed = await scene.run(['invocations', 'kill', first], ['yes']);
  const unasked = await scene.run(['invocations', 'kill', second, '--yes'], []);

  expect(declined).toMatchObject({ exitCode: 1, output: '', notes: 'Nothing was done.\n' });
  expect(declined.questions).toEqual([`Kill ${first}, ${second} and all they called, without compensation? [y/N] `]);
  expect(confirmed).toMatchObject({ exitCode: 0, output: `${first} is killed.\n` });
  expect(unasked).toMatchObject({ exitCode: 0, output: `${second} is killed.\n`, questions: [] });
  const described = await scene.run(['invocations', 'describe', first]);
  expect(described.output).toMatch(/^outcome +failure\nfailure +409 killed$/m);
});

test('of several invocations those that can be acted on are, and the exit code is that of the first failure', async () => {
  const done = await completed();
  const live = await suspended();

  const text = await scene.run(['invocations', 'kill', done, 'inv_x', live, live]);
  const json = await scene.run(['invocations', 'pause', done, await suspended(), '--json']);

  expect(text.exitCode).toBe(4);
  expect(text.output).toBe(`${live} is killed.\n`);
  expect(text.notes).toMatch(/\[INVOCATION_COMPLETED\]\n[^]*\[INVOCATION_ID_REFUSED\]\n$/);
  expect(json.exitCode).toBe(4);
  expect(JSON.parse(json.output)).toMatchObject({ outcome: 'done' });
  expect(JSON.parse(json.notes)).toMatchObject({ error: { code: 'INVOCATION_COMPLETED' } });
});

test('a restart is a new invocation', async () => {
  const id = await completed();

  const { exitCode, output } = await scene.run(['invocations', 'restart', id, '--reason', 'once more']);

  expect(exitCode).toBe(0);
  const started = /^Started (inv_1\w+)\.\nNext: holdfast invocations describe \1\n$/.exec(output)?.[1] ?? 'none';
  expect(started).not.toBe(id);
  await scene.waitForStatus(started, 'completed');
  expect((await scene.run(['invocations', 'describe', started])).output).toMatch(
    new RegExp(`^invoked by +restart ${id}$`, 'm'),
  );
});

test('the journal can be dropped and the result kept, and then all be forgotten', async () => {
  const id = await completed();

  const dropped = await scene.run(['invocations', 'purge', id, '--journal'], ['y']);
  const described = await scene.run(['invocations', 'describe', id]);
  const purged = await scene.run(['invocations', 'purge', id], ['y']);
  const gone = await scene.run(['invocations', 'describe', id]);

  expect(dropped).toMatchObject({ exitCode: 0, output: `${id} has no journal any more.\n` });
  expect(dropped.questions).toEqual([`Drop the journal of ${id}? [y/N] `]);
  expect(described.output).toMatch(/^journal kept +no$/m);
  expect(purged).toMatchObject({ exitCode: 0, output: `${id} is purged.\n` });
  expect(purged.questions).toEqual([`Forget ${id} with result and journal? [y/N] `]);
  expect(gone).toMatchObject({ exitCode: 1, notes: expect.stringContaining('[INVOCATION_NOT_FOUND]') });
});
