import { expect, test } from 'vitest';
import { DeploymentScene, manifestOf, operator } from './deployment-scene.ts';
import { settle } from '../invoker/manual-clock.ts';

const v1 = manifestOf('Scorer', { documentation: 'from 0 to 10' });
const v2 = manifestOf('Scorer', { documentation: 'from 0 to 100' });

test('readers see a change after every partition has taken it; the invoker knows it before', async () => {
  const scene = new DeploymentScene({ partitionCount: 2 });
  scene.serve('http://one:9080', v1);
  const [, slow] = scene.partitions;
  if (slow === undefined) throw new Error('The scene has two partitions.');
  slow.refusals = 1;

  const registering = scene.deployments.register({ uri: 'http://one:9080' }, operator);
  await settle();
  const seen = { readers: scene.registry.deployments.size, first: scene.partition.registry?.deployments.size };
  const id = [...(scene.partition.registry?.deployments.keys() ?? [])][0];
  const forInvoker = id === undefined ? undefined : scene.deployments.registry.findDeployment(id);
  await scene.clock.advance(500);
  await registering;

  expect(seen).toEqual({ readers: 0, first: 1 });
  expect(forInvoker?.id).toBe(id);
  expect(scene.registry.deployments.size).toBe(1);
});

test('what was registered is there after a restart', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);

  const next = new DeploymentScene({ memory: scene.store.crash() });
  await next.deployments.registry.load();

  expect(next.deployments.get(id).address.uri).toBe('http://one:9080/');
  expect(next.partition.registry).toEqual(scene.registry);
});

test('registrations at the same time are done one after the other', async () => {
  const scene = new DeploymentScene();
  scene.serve('http://one:9080', v1);
  scene.serve('http://two:9080', v2);

  await Promise.all([
    scene.deployments.register({ uri: 'http://one:9080' }, operator),
    scene.deployments.register({ uri: 'http://two:9080' }, operator),
    scene.deployments.register({ uri: 'http://one:9080' }, operator),
  ]);

  expect(scene.registry.revision).toBe(2);
  expect(scene.registry.deployments.size).toBe(2);
});

test('a failed change does not stand in the way of the next one', async () => {
  const scene = new DeploymentScene();
  await scene.register('http://one:9080', v1);
  scene.serve('http://two:9080', manifestOf('Scorer', { kind: 'object' }));

  const failed = scene.deployments.register({ uri: 'http://two:9080' }, operator);
  const next = scene.register('http://three:9080', v2);

  await expect(failed).rejects.toMatchObject({ code: 'SERVICE_KIND_CHANGED' });
  const id = await next;
  expect(scene.registry.services.get('Scorer')?.current).toBe(id);
});

test('a store that rejects a change leaves the registry as it was', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  await scene.store.saveRegistry({ ...scene.registry, revision: 2 }, []);
  await scene.store.saveRegistry({ ...scene.registry, revision: 3 }, []);

  await expect(scene.register('http://two:9080', v2)).rejects.toMatchObject({ code: 'STORE_REVISION_CONFLICT' });

  expect([...scene.registry.deployments.keys()]).toEqual([id]);
});

test('promoting an older deployment is a roll-back, recorded; promoting the current one changes nothing', async () => {
  const scene = new DeploymentScene();
  const first = await scene.register('http://one:9080', v1);
  const second = await scene.register('http://two:9080', v2);

  await scene.deployments.promote(second, operator);
  expect(scene.registry.revision).toBe(2);
  await scene.deployments.promote(first, operator);

  expect(scene.registry.services.get('Scorer')).toMatchObject({ current: first, revision: 3 });
  expect((await scene.store.listAudit({ limit: 1 }))[0]).toMatchObject({
    act: 'deployment.promote',
    before: { current: { Scorer: second } },
  });
});

test('a deployment whose address was taken over cannot be promoted', async () => {
  const scene = new DeploymentScene();
  const old = await scene.register('http://one:9080', v1);
  scene.partition.work.set(old, { running: 1 });
  scene.serve('http://one:9080', v2);
  await scene.deployments.register({ uri: 'http://one:9080', force: true }, operator);

  await expect(scene.deployments.promote(old, operator)).rejects.toMatchObject({ code: 'DEPLOYMENT_CLOSING' });
});

test('only services that a deployment serves can be promoted', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);

  await expect(scene.deployments.promote(id, operator, ['Other'])).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
});

test('an address may be edited to one that presents the same manifest; id and pins stay', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  scene.serve('http://new-place:9080', v1);

  await scene.deployments.update(id, { uri: 'http://new-place:9080', headers: { authorization: 'secret' } }, operator);

  expect(scene.deployments.get(id)).toMatchObject({
    address: { uri: 'http://new-place:9080/' },
    headers: { authorization: 'secret' },
  });
  const [row] = await scene.store.listAudit({ limit: 1 });
  expect(row).toMatchObject({
    act: 'deployment.update',
    before: { address: { uri: 'http://one:9080/' } },
    after: { headers: ['authorization'] },
  });
  expect(JSON.stringify(row)).not.toContain('secret');
});

test('an address that presents another manifest is refused, naming what differs', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  scene.serve('http://two:9080', v2);

  await expect(scene.deployments.update(id, { uri: 'http://two:9080' }, operator)).rejects.toMatchObject({
    code: 'DEPLOYMENT_CHANGED',
    message: `http://two:9080/ does not serve deployment ${id}: its manifest differs in services.Scorer.documentation.`,
  });
  expect(scene.deployments.get(id).address.uri).toBe('http://one:9080/');
});

test('a moved deployment is found at its new address, and its birthplace does not make a second one of the same id', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  scene.serve('http://two:9080', v1);
  await scene.deployments.update(id, { uri: 'http://two:9080' }, operator);

  expect(await scene.register('http://two:9080', v1)).toBe(id);
  await expect(scene.register('http://one:9080', v1)).rejects.toMatchObject({ code: 'DEPLOYMENT_ADDRESS_MOVED' });
});

test('a service is hidden from the ingress, shown again, or follows its manifest again', async () => {
  const scene = new DeploymentScene();
  await scene.register('http://one:9080', v1);

  await scene.deployments.updateService('Scorer', { public: false }, operator);
  expect(scene.registry.services.get('Scorer')?.publicOverride).toBe(false);
  await scene.deployments.updateService('Scorer', { public: null }, operator);

  expect(scene.registry.services.get('Scorer')).not.toHaveProperty('publicOverride');
});

test('a setting that belongs to a deployment cannot be changed on the service', async () => {
  const scene = new DeploymentScene();
  await scene.register('http://one:9080', v1);
  const patch: object = { inactivityTimeoutMs: 1 };

  await expect(scene.deployments.updateService('Scorer', patch, operator)).rejects.toMatchObject({
    code: 'SERVICE_SETTING_REFUSED',
    message: expect.stringContaining('inactivityTimeoutMs of Scorer'),
  });
  await expect(scene.deployments.updateService('Nobody', { public: true }, operator)).rejects.toMatchObject({
    code: 'SERVICE_NOT_FOUND',
  });
});
