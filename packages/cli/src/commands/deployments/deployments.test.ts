import { afterAll, beforeAll, expect, test } from 'vitest';
import { RuntimeScene } from '../../runtime-scene.ts';
import { sleepLong, succeed } from '../../scripted-endpoint.ts';

let scene: RuntimeScene;

beforeAll(async () => {
  scene = await RuntimeScene.open();
});

afterAll(async () => {
  await scene.close();
});

test('an empty registry says how to fill it', async () => {
  const { exitCode, output } = await scene.run(['deployments', 'list']);

  expect(exitCode).toBe(0);
  expect(output).toBe('There are no deployments.\nNext: holdfast deployments register http://localhost:9080\n');
});

test('a registered deployment takes the new work, and a call to copy is printed', async () => {
  const endpoint = await scene.serve([{ name: 'Greeter' }, { name: 'Cart', kind: 'VIRTUAL_OBJECT' }], succeed('hi'));

  const uri = endpoint.url.replace('http://', '');
  const notes = ['--header', 'x-stage=blue', '--metadata', 'commit=4f1c', '--metadata', 'note=a=b'];
  const { exitCode, output } = await scene.run(['deployments', 'register', uri, '--http1', ...notes]);

  expect(exitCode).toBe(0);
  const [headline = '', ...lines] = output.split('\n');
  expect(headline).toMatch(/^Registered dp_1\w{22,24}\.$/);
  expect(lines).toEqual([
    'SERVICE  KIND           NEW WORK   HANDLERS',
    'Greeter  Service        goes here  work',
    'Cart     VirtualObject  goes here  work',
    'Its code is unverified: the runtime knows it by its manifest and address only.',
    `Next: curl ${scene.runtime.ingressUrl}/Greeter/work --json '{}'`,
    '',
  ]);
  expect(endpoint.discoveryHeaders['x-stage']).toBe('blue');
  const id = headline.split(' ')[1]?.replace('.', '') ?? '';
  const described = await scene.run(['deployments', 'describe', id]);
  expect(described.output).toMatch(/^sends headers {2}x-stage$/m);
  expect(described.output).toMatch(/^metadata {7}commit=4f1c\n {15}note=a=b$/m);
  expect(described.output).toMatch(/^holds {10}no work$/m);
});

test('a dry run says what would happen and changes nothing', async () => {
  const endpoint = await scene.serve([{ name: 'Dry' }], succeed('hi'));

  const { output } = await scene.run(['deployments', 'register', endpoint.url, '--http1', '--dry-run']);

  expect(output).toMatch(/^This would be dp_1\w+\. Nothing was changed\.\nSERVICE/);
  expect(output).toContain(`Next: holdfast deployments register ${endpoint.url}\n`);
  expect((await scene.run(['deployments', 'list'])).output).not.toContain(endpoint.url);
});

test('publishing and promoting are two acts', async () => {
  const first = await scene.serve([{ name: 'Two' }], succeed('v1'));
  const second = await scene.serve([{ name: 'Two', documentation: 'v2' }], succeed('v2'));
  const firstId = await scene.register(first);

  const published = await scene.run(['deployments', 'register', second.url, '--http1', '--no-promote']);

  expect(published.output).toMatch(/^Two {6}Service {2}goes elsewhere {2}work$/m);
  expect(published.output).toContain(`Next: holdfast deployments register ${second.url} --promote\n`);
  expect((await scene.runJson('services', 'describe', 'Two'))['deployment_id']).toBe(firstId);

  const promoted = await scene.run(['deployments', 'register', second.url, '--http1', '--promote']);

  expect(promoted.output).toMatch(/^This is dp_1\w+, which was registered before\.$/m);
  expect((await scene.runJson('services', 'describe', 'Two'))['deployment_id']).not.toBe(firstId);
});

test('an address that serves other code than its pinned work is refused, with the difference', async () => {
  const endpoint = await scene.serve([{ name: 'Moving' }], sleepLong(''));
  await scene.register(endpoint);
  await scene.waitForStatus(await scene.send('Moving/work'), 'suspended');
  endpoint.services = [{ name: 'Moving', documentation: 'changed' }];

  const { exitCode, output, notes } = await scene.run(['deployments', 'register', endpoint.url, '--http1']);

  expect(exitCode).toBe(4);
  expect(output).toBe('');
  expect(notes).toContain('It differs in:\n  services.Moving.documentation\n');
  expect(notes).toContain('[DEPLOYMENT_ADDRESS_IN_USE]');
  const forced = await scene.run(['deployments', 'register', endpoint.url, '--http1', '--force']);
  expect(forced.exitCode).toBe(0);
  expect(forced.output).toMatch(/^Its address was the one of dp_1\w+ before\.$/m);
});

test('a deployment that holds work is not removed, and what holds it is listed', async () => {
  const endpoint = await scene.serve([{ name: 'Held' }], sleepLong(''));
  const id = await scene.register(endpoint);
  const invocation = await scene.send('Held/work?delay=1h');

  const { exitCode, notes } = await scene.run(['deployments', 'remove', id]);

  expect(exitCode).toBe(4);
  expect(notes).toBe(
    [
      `Deployment ${id} still holds work: 1 scheduled.`,
      `HELD BY${' '.repeat(invocation.length - 7)}  STATUS     TARGET`,
      `${invocation}  scheduled  Held/work`,
      'Wait until it is drained, cancel what blocks it, or repeat with force and a reason.',
      '[DEPLOYMENT_IN_USE]\n',
    ].join('\n'),
  );
  const described = await scene.run(['deployments', 'describe', id]);
  expect(described.output).toMatch(/^holds {8}1 scheduled$/m);
  expect(described.output).toContain(`${invocation}  scheduled  Held/work`);
});

test('forced removal needs a reason, asks a person, and says what is lost', async () => {
  const endpoint = await scene.serve([{ name: 'Lost' }], sleepLong(''));
  const id = await scene.register(endpoint);
  await scene.send('Lost/work?delay=1h');

  const unexplained = await scene.run(['deployments', 'remove', id, '--force']);
  const declined = await scene.run(['deployments', 'remove', id, '--force', '--reason', 'gone'], ['n']);
  const left = await scene.run(['deployments', 'remove', id, '--force', '--reason', 'gone'], [undefined]);
  const confirmed = await scene.run(['deployments', 'remove', id, '--force', '--reason', 'gone'], ['y']);

  expect(unexplained).toMatchObject({ exitCode: 2, notes: expect.stringContaining('[REASON_REQUIRED]') });
  expect(declined).toMatchObject({ exitCode: 1, output: '', notes: 'Nothing was done.\n' });
  expect(declined.questions).toEqual([`Remove ${id} with all work that is pinned there? [y/N] `]);
  expect(left).toMatchObject({ exitCode: 1, output: '', notes: 'Nothing was done.\n' });
  expect(confirmed).toMatchObject({
    exitCode: 0,
    output: `Removed ${id}. Work that was pinned to it cannot finish: 1 scheduled.\nNext: holdfast invocations list --deployment ${id}\n`,
  });
});

test('of several deployments those that can be removed are', async () => {
  const kept = await scene.serve([{ name: 'Kept' }], succeed('hi'));
  const removed = await scene.serve([{ name: 'Removed' }], succeed('hi'));
  const keptId = await scene.register(kept);
  const removedId = await scene.register(removed);
  await scene.send('Kept/work?delay=1h');

  const { exitCode, output, notes } = await scene.run(['deployments', 'remove', keptId, removedId]);

  expect(exitCode).toBe(4);
  expect(output).toBe(`Removed ${removedId}.\n`);
  expect(notes).toContain(`Deployment ${keptId} still holds work`);
});

test('deployments are listed with their state, newest first', async () => {
  const first = await scene.serve([{ name: 'Listed' }], succeed('v1'));
  const second = await scene.serve([{ name: 'Listed', documentation: 'v2' }], succeed('v2'));
  const firstId = await scene.register(first);
  const secondId = await scene.register(second);

  const { output } = await scene.run(['dp', 'list']);

  const lines = output.split('\n').filter((line) => line.includes('Listed'));
  expect(lines.map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual(
    expect.arrayContaining([
      [secondId, 'active', 'unverified', `${second.url}/`, 'Listed'],
      [firstId, 'draining', 'unverified', `${first.url}/`, 'Listed'],
    ]),
  );
});

test('a deployment that is gone is stranded by the work that waits for it, and says why', async () => {
  const endpoint = await scene.serve([{ name: 'Stranded' }], succeed('hi'));
  const id = await scene.register(endpoint);
  await endpoint.close();
  await scene.send('Stranded/work');
  const unreachable = async (): Promise<unknown> => (await scene.runJson('deployments', 'describe', id))['unreachable'];
  await expect.poll(unreachable, { timeout: 10_000 }).toBeDefined();

  const waiting = await scene.send('Stranded/work');
  await expect.poll(async () => (await scene.run(['invocations', 'describe', waiting])).output).toMatch(/ECONNREFUSED/);

  const { output } = await scene.run(['deployments', 'describe', id]);
  expect(output).toMatch(/^state +active, stranded$/m);
  expect(output).toMatch(/^unreachable +since \d{4}-\S+, \d+ failed$/m);
  expect(output).toMatch(/^last error +could not be reached: connect ECONNREFUSED/m);
  expect((await scene.run(['deployments', 'list'])).output).toMatch(new RegExp(`^${id} +active, `, 'm'));
});

test('an address where nothing answers is a failure with its code', async () => {
  const gone = await scene.serve([{ name: 'Gone' }], succeed('hi'));
  await gone.close();

  const { exitCode, notes } = await scene.run(['deployments', 'register', gone.url]);

  expect(exitCode).toBe(1);
  expect(notes).toContain('[DISCOVERY_UNREACHABLE]');
});

test('an unknown deployment is a failure', async () => {
  const endpoint = await scene.serve([{ name: 'Once' }], succeed('hi'));
  const id = await scene.register(endpoint);
  await scene.run(['deployments', 'remove', id]);

  const { exitCode, notes } = await scene.run(['deployments', 'describe', id]);

  expect(exitCode).toBe(1);
  expect(notes).toContain('[DEPLOYMENT_NOT_FOUND]');
});
