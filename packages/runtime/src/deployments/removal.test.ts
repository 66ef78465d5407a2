import { expect, test } from 'vitest';
import { DeploymentScene, manifestOf, operator } from './deployment-scene.ts';

const v1 = manifestOf('Scorer', { documentation: 'from 0 to 10' });
const v2 = manifestOf('Scorer', { documentation: 'from 0 to 100' });

test('a deployment without work is removed, with the services that only it serves', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);

  await scene.deployments.remove(id, { force: false }, operator);

  expect(scene.registry.deployments.size).toBe(0);
  expect(scene.registry.services.size).toBe(0);
  expect(scene.partition.registry).toBe(scene.registry);
  expect((await scene.store.listAudit({ limit: 1 }))[0]).toMatchObject({ act: 'deployment.remove', subject: id });
});

test('a deployment is closed in every partition before its work is counted', async () => {
  const scene = new DeploymentScene({ partitionCount: 3 });
  const id = await scene.register('http://one:9080', v1);
  const closed: (boolean | undefined)[] = [];
  for (const partition of scene.partitions) {
    partition.onCount = () => closed.push(...scene.partitions.map((one) => one.registry?.deployments.get(id)?.closing));
  }

  await scene.deployments.remove(id, { force: false }, operator);

  expect(closed.length).toBeGreaterThan(0);
  expect(closed.every((one) => one === true)).toBe(true);
});

test.each(['running', 'suspended', 'paused', 'scheduled', 'queued', 'inTransit', 'retainedWorkflows'] as const)(
  'a deployment with %s work is not removed, and takes new work again',
  async (kind) => {
    const scene = new DeploymentScene({ partitionCount: 2 });
    const id = await scene.register('http://one:9080', v1);
    scene.partitions[1]?.work.set(id, { [kind]: 3 });

    const removal = scene.deployments.remove(id, { force: false }, operator);

    await expect(removal).rejects.toMatchObject({
      code: 'DEPLOYMENT_IN_USE',
      details: { work: { [kind]: 3 }, blockers: [] },
    });
    expect(scene.registry.deployments.get(id)?.closing).toBe(false);
    expect(scene.partition.registry?.deployments.get(id)?.closing).toBe(false);
  },
);

test('work that moves between two partitions while they are asked is seen by the second look', async () => {
  const scene = new DeploymentScene({ partitionCount: 2 });
  const id = await scene.register('http://one:9080', v1);
  const [source, target] = scene.partitions;
  if (source === undefined || target === undefined) throw new Error('The scene has two partitions.');
  // The target is asked before the message arrives, the source after it was confirmed.
  target.onCount = (_deployment, earlier) => {
    if (earlier === 1) target.work.set(id, { running: 1 });
  };

  await expect(scene.deployments.remove(id, { force: false }, operator)).rejects.toMatchObject({
    code: 'DEPLOYMENT_IN_USE',
  });
});

test('by force it goes with its work, for a reason that is recorded', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  scene.partition.work.set(id, { suspended: 1 });

  await expect(scene.deployments.remove(id, { force: true }, { actor: 'ada', reason: '' })).rejects.toMatchObject({
    code: 'REASON_REQUIRED',
  });
  const removed = await scene.deployments.remove(id, { force: true }, operator);

  expect(removed.work.suspended).toBe(1);
  expect(scene.registry.deployments.has(id)).toBe(false);
  expect((await scene.store.listAudit({ limit: 1 }))[0]).toMatchObject({
    reason: 'because',
    before: { work: { suspended: 1 } },
    after: { force: true },
  });
});

test('the current deployment is not removed under a service that an older one serves too', async () => {
  const scene = new DeploymentScene();
  const old = await scene.register('http://one:9080', v1);
  const current = await scene.register('http://two:9080', v2);

  await expect(scene.deployments.remove(current, { force: false }, operator)).rejects.toMatchObject({
    code: 'DEPLOYMENT_CURRENT',
    details: { services: ['Scorer'] },
  });
  await scene.deployments.promote(old, operator);
  await scene.deployments.remove(current, { force: false }, operator);

  expect(scene.registry.services.get('Scorer')).toMatchObject({ current: old, revision: 3 });
});

test('a deployment that does not exist is not removed', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  await scene.deployments.remove(id, { force: false }, operator);

  await expect(scene.deployments.remove(id, { force: false }, operator)).rejects.toMatchObject({
    code: 'DEPLOYMENT_NOT_FOUND',
  });
});

test('a removal that a crash interrupted is undone at the next start', async () => {
  const scene = new DeploymentScene();
  const id = await scene.register('http://one:9080', v1);
  const registry = scene.registry;
  const closing = {
    ...registry,
    revision: 2,
    deployments: new Map([[id, { ...scene.deployments.get(id), closing: true }]]),
  };
  await scene.store.saveRegistry(closing, []);

  const next = new DeploymentScene({ memory: scene.store.crash() });
  await next.deployments.registry.load();

  expect(next.registry.deployments.get(id)?.closing).toBe(false);
  expect(next.partition.registry).toBe(next.registry);
});
