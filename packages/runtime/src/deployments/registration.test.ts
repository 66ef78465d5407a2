import { expect, test } from 'vitest';
import { DeploymentScene, manifestOf, operator } from './deployment-scene.ts';

const v1 = manifestOf('Scorer', { documentation: 'from 0 to 10' });
const v2 = manifestOf('Scorer', { documentation: 'from 0 to 100' });

test('a registered deployment is stored, adopted by the partition, current for its services, and audited', async () => {
  const scene = new DeploymentScene();
  scene.serve('http://one:9080', v1);

  const { deployment, outcome } = await scene.deployments.register(
    { uri: 'http://one:9080', metadata: { team: 'risk' } },
    operator,
  );

  expect(outcome).toBe('created');
  expect(deployment).toMatchObject({
    id: expect.stringMatching(/^dp_1/u),
    address: { kind: 'http', uri: 'http://one:9080/', http1: false },
    grade: 'unverified',
    protocolVersion: 7,
    sdk: 'sdk/1',
    metadata: { team: 'risk' },
  });
  expect(scene.registry.services.get('Scorer')).toEqual({
    name: 'Scorer',
    kind: 'service',
    current: deployment.id,
    revision: 1,
  });
  expect(scene.partition.registry).toBe(scene.registry);
  expect(await scene.store.loadRegistry()).toEqual(scene.registry);
  expect(await scene.store.listAudit({ limit: 10 })).toMatchObject([
    {
      act: 'deployment.register',
      subject: deployment.id,
      actor: 'ada',
      reason: 'because',
      after: { current: { Scorer: deployment.id } },
    },
  ]);
});

test('the same content at the same address is the same deployment, and it was looked at again', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  scene.serve('http://ONE:9080/', { ...v1, manifestVersion: 3 });

  const again = await scene.deployments.register({ uri: 'https://one:9080/' }, operator);

  expect(again).toMatchObject({ outcome: 'existing', deployment: { id } });
  expect(scene.discoveries).toBe(2);
  expect(scene.registry.revision).toBe(1);
});

test('the same content elsewhere is another deployment, and takes the new work', async () => {
  const scene = new DeploymentScene();
  const first = await scene.register('http://one:9080', v1);

  const second = await scene.register('http://two:9080', v1);

  expect(second).not.toBe(first);
  expect(scene.registry.services.get('Scorer')).toMatchObject({ current: second, revision: 2 });
  expect([...scene.registry.deployments.keys()]).toEqual([first, second]);
});

test('an older service that registers itself again does not take the new work back', async () => {
  const scene = new DeploymentScene();
  const first = await scene.register('http://one:9080', v1);
  const second = await scene.register('http://two:9080', v2);

  await scene.deployments.register({ uri: 'http://one:9080' }, operator);
  expect(scene.registry.services.get('Scorer')?.current).toBe(second);
  await scene.deployments.register({ uri: 'http://one:9080', promote: true }, operator);

  expect(scene.registry.services.get('Scorer')?.current).toBe(first);
});

test('a registration that holds back leaves the new work where it goes', async () => {
  const scene = new DeploymentScene();
  const first = await scene.register('http://one:9080', v1);
  scene.serve('http://two:9080', v2);

  const held = await scene.deployments.register({ uri: 'http://two:9080', promote: false }, operator);

  expect(held.outcome).toBe('created');
  expect(scene.registry.deployments.size).toBe(2);
  expect(scene.registry.services.get('Scorer')?.current).toBe(first);
});

test('other content at an address that holds work is refused, with the counts and what differs', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  scene.partition.work.set(id, { suspended: 2, scheduled: 1 });
  scene.serve('http://one:9080', v2);

  const refused = scene.deployments.register({ uri: 'http://one:9080' }, operator);

  await expect(refused).rejects.toMatchObject({
    code: 'DEPLOYMENT_ADDRESS_IN_USE',
    message: `http://one:9080/ now serves other content than deployment ${id}, which still holds work there: 2 suspended, 1 scheduled.`,
    details: { deployment: id, work: { suspended: 2, scheduled: 1 }, differences: ['services.Scorer.documentation'] },
  });
  expect(scene.registry.services.get('Scorer')?.current).toBe(id);
  expect(scene.registry.revision).toBe(1);
});

test('forced, the deployment that holds the work stays, takes no new work and says what took its address', async () => {
  const scene = new DeploymentScene();
  const old = await scene.register('http://one:9080', v1);
  scene.partition.work.set(old, { suspended: 1 });
  scene.serve('http://one:9080', v2);

  const { deployment, superseded } = await scene.deployments.register(
    { uri: 'http://one:9080', force: true },
    operator,
  );

  expect(superseded).toEqual([old]);
  expect(scene.registry.deployments.get(old)).toMatchObject({ closing: true, supersededBy: deployment.id });
  expect(scene.registry.services.get('Scorer')?.current).toBe(deployment.id);
});

test('content that comes back to its address is the deployment it was, open and current again', async () => {
  const scene = new DeploymentScene();
  const old = await scene.register('http://one:9080', v1);
  scene.partition.work.set(old, { suspended: 1 });
  scene.serve('http://one:9080', v2);
  await scene.deployments.register({ uri: 'http://one:9080', force: true }, operator);
  scene.serve('http://one:9080', v1);

  const { deployment, outcome } = await scene.deployments.register({ uri: 'http://one:9080' }, operator);

  expect(outcome).toBe('existing');
  expect(deployment).toMatchObject({ id: old, closing: false });
  expect(deployment.supersededBy).toBeUndefined();
  expect([...scene.registry.deployments.keys()]).toEqual([old]);
  expect(scene.registry.services.get('Scorer')?.current).toBe(old);
});

test('a deployment without work goes when its address serves other content', async () => {
  const scene = new DeploymentScene();
  const old = await scene.register('http://one:9080', v1);
  scene.serve('http://one:9080', v2);

  const { deployment, superseded } = await scene.deployments.register({ uri: 'http://one:9080' }, operator);

  expect(superseded).toEqual([old]);
  expect([...scene.registry.deployments.keys()]).toEqual([deployment.id]);
});

test('work that arrives in the moment of replacement is seen: the old deployment stays as it was', async () => {
  const scene = new DeploymentScene();
  const old = await scene.register('http://one:9080', v1);
  scene.partition.onCount = (_deployment, earlier) => {
    if (earlier === 1) scene.partition.work.set(old, { running: 1 });
  };
  scene.serve('http://one:9080', v2);

  await expect(scene.deployments.register({ uri: 'http://one:9080' }, operator)).rejects.toMatchObject({
    code: 'DEPLOYMENT_ADDRESS_IN_USE',
  });

  expect(scene.registry.deployments.get(old)?.closing).toBe(false);
  expect(scene.registry.services.get('Scorer')?.current).toBe(old);
});

test('a dry run looks, answers, and changes nothing', async () => {
  const scene = new DeploymentScene();
  const old = await scene.register('http://one:9080', v1);
  scene.serve('http://two:9080', v2);

  const dry = await scene.deployments.register({ uri: 'http://two:9080', dryRun: true }, operator);

  expect(dry.outcome).toBe('dryRun');
  expect(dry.registry.services.get('Scorer')).toMatchObject({ current: dry.deployment.id, revision: 2 });
  expect([...scene.registry.deployments.keys()]).toEqual([old]);
});

test('a service that changes its kind is refused, unless that is said to be breaking', async () => {
  const scene = new DeploymentScene();
  const first = await scene.register('http://one:9080', v1);
  scene.serve('http://two:9080', manifestOf('Scorer', { kind: 'object' }));

  await expect(scene.deployments.register({ uri: 'http://two:9080' }, operator)).rejects.toMatchObject({
    code: 'SERVICE_KIND_CHANGED',
    message: `Scorer is registered as service (deployment ${first}); at http://two:9080/ it is object.`,
  });
  await scene.deployments.register({ uri: 'http://two:9080', breaking: true }, operator);

  expect(scene.registry.services.get('Scorer')?.kind).toBe('object');
});

test.each([
  [4, 4, 'Update the SDK of the service.'],
  [8, 9, 'Update the runtime, or lower the version that the service demands.'],
])('a range of protocol versions %i to %i that does not meet ours is refused', async (min, max, hint) => {
  const scene = new DeploymentScene();
  scene.serve('http://one:9080', { ...v1, minProtocolVersion: min, maxProtocolVersion: max });

  await expect(scene.deployments.register({ uri: 'http://one:9080' }, operator)).rejects.toMatchObject({
    code: 'PROTOCOL_VERSION_UNSUPPORTED',
    hint,
  });
});

test('new work is pinned to the highest version that both sides may use', async () => {
  const scene = new DeploymentScene({ protocolVersions: { min: 5, max: 6 } });
  scene.serve('http://one:9080', v1);

  const { deployment } = await scene.deployments.register({ uri: 'http://one:9080' }, operator);

  expect(deployment.protocolVersion).toBe(6);
});

test.each([
  'not a url',
  'ftp://one/',
  'http://user:word@one/',
  'http://one/#part',
  '/relative',
  'http://169.254.169.254/latest',
])('the address "%s" is refused before anything is connected to', async (uri) => {
  const scene = new DeploymentScene();

  await expect(scene.deployments.register({ uri }, operator)).rejects.toMatchObject({
    code: 'DEPLOYMENT_ADDRESS_REFUSED',
  });
  expect(scene.discoveries).toBe(0);
});

test.each([
  [{ 'content-type': 'x' }],
  [{ 'X-Restate-Id': 'x' }],
  [{ 'a b': 'x' }],
  [{ a: 'x\r\ny: z' }],
  [{ host: 'x' }],
])('the headers %o are refused', async (headers) => {
  const scene = new DeploymentScene();
  scene.serve('http://one:9080', v1);

  await expect(scene.deployments.register({ uri: 'http://one:9080', headers }, operator)).rejects.toMatchObject({
    code: 'DEPLOYMENT_REQUEST_REFUSED',
  });
});

test('headers that route make an address another one; other headers are changed in place', async () => {
  const scene = new DeploymentScene({ routingHeaders: ['X-Version'] });
  scene.serve('http://one:9080', v1);
  const register = async (headers: Record<string, string>): Promise<string> =>
    (await scene.deployments.register({ uri: 'http://one:9080', headers }, operator)).deployment.id;

  const a = await register({ 'x-version': 'a', authorization: '1' });
  const b = await register({ 'x-version': 'b' });
  const again = await register({ 'x-version': 'a', authorization: '2' });

  expect(a).not.toBe(b);
  expect(again).toBe(a);
  expect([...scene.registry.deployments.values()][0]?.headers).toEqual({ 'x-version': 'a', authorization: '2' });
});
