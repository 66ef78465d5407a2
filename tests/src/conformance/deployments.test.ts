import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { freePort } from '../harness/free-port.ts';
import { FakeEndpoint } from '../harness/fake-endpoint.ts';

const world = useWorld({ services: { module: 'described' } });

interface ServiceView {
  readonly name: string;
  readonly ty: string;
  readonly public: boolean;
  readonly revision: number;
  readonly deployment_id: string;
  readonly documentation?: string;
  readonly metadata?: Record<string, string>;
  readonly handlers: readonly HandlerView[];
}

interface HandlerView {
  readonly name: string;
  readonly ty?: string;
  readonly documentation?: string;
  readonly metadata?: Record<string, string>;
}

const service = async (name: string): Promise<ServiceView> =>
  (await world().admin.ask(`/services/${name}`)).json<ServiceView>();

test('registering a new address answers 201 with the deployment and its services', async () => {
  const other = await world().startServices({ module: 'dice' });

  const answer = await world().tryRegister(other);

  const { id, services } = answer.json<{ id: string; services: { name: string }[] }>();
  expect(answer.status).toBe(201);
  expect(id).toMatch(/^dp_/);
  expect(services.map((one) => one.name)).toEqual(['Dice']);
  expect(answer.headers.get('location')).toContain(id);
});

test('registering the same address again answers 200 and the same deployment', async () => {
  const answer = await world().tryRegister(world().services);

  expect(answer.status).toBe(200);
  expect(answer.json<{ id: string }>().id).toBe(world().deploymentId);
});

test('a dry run looks and stores nothing', async () => {
  const other = await world().startServices({ module: 'sleeper' });

  const answer = await world().tryRegister(other, { dry_run: true });

  expect(answer.status).toBeLessThan(300);
  expect(answer.json<{ services: { name: string }[] }>().services.map((one) => one.name)).toEqual(['Sleeper']);
  expect((await world().admin.ask('/services/Sleeper')).status).toBe(404);
});

test('an address where nothing answers is refused', async () => {
  const answer = await world().admin.tryRegister(`http://127.0.0.1:${await freePort()}`);

  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.json<{ message: string }>().message.length).toBeGreaterThan(0);
});

test('an address that is none is refused', async () => {
  expect([400, 422]).toContain((await world().admin.tryRegister('not a url')).status);
});

test('what a service says about itself and its handlers is shown', async () => {
  const view = await service('Described');

  expect(view).toMatchObject({
    name: 'Described',
    ty: 'Service',
    public: true,
    revision: 1,
    deployment_id: world().deploymentId,
    documentation: 'A service that describes itself.',
    metadata: { team: 'risk' },
  });
  expect(view.handlers.map((one) => one.name).toSorted()).toEqual(['plain', 'score']);
  expect(view.handlers.find((one) => one.name === 'score')).toMatchObject({
    documentation: 'Scores a transaction from 0 to 10.',
    metadata: { scale: '0..10' },
  });
});

test('handlers of objects and workflows have their kinds', async () => {
  const object = await service('DescribedObject');
  const workflow = await service('DescribedWorkflow');
  const kinds = (view: ServiceView): Record<string, string | undefined> =>
    Object.fromEntries(view.handlers.map((one) => [one.name, one.ty]));

  expect(object.ty).toBe('VirtualObject');
  expect(kinds(object)).toEqual({ write: 'Exclusive', read: 'Shared' });
  expect(workflow.ty).toBe('Workflow');
  expect(kinds(workflow)).toEqual({ run: 'Workflow', ask: 'Shared' });
});

test('services and deployments are listed', async () => {
  const services = (await world().admin.ask('/services')).json<{ services: { name: string }[] }>().services;
  const deployments = (await world().admin.ask('/deployments')).json<{ deployments: { id: string }[] }>().deployments;

  expect(services.map((one) => one.name)).toEqual(
    expect.arrayContaining(['Described', 'DescribedObject', 'DescribedWorkflow']),
  );
  expect(deployments.map((one) => one.id)).toContain(world().deploymentId);
});

test('a deployment shows its address, its services and its protocol versions', async () => {
  const answer = await world().admin.ask(`/deployments/${world().deploymentId}`);

  const view = answer.json<{ id: string; uri: string; services: { name: string }[] }>();
  expect(answer.status).toBe(200);
  const [min, max] = world().configuration.advertises;
  expect(view).toMatchObject({ id: world().deploymentId, min_protocol_version: min, max_protocol_version: max });
  expect(view.uri).toBe(`${world().services.url}/`);
  expect(view.services.map((one) => one.name).toSorted()).toEqual([
    'Described',
    'DescribedObject',
    'DescribedWorkflow',
  ]);
});

test('an unknown deployment and an unknown service are 404', async () => {
  expect((await world().admin.ask('/deployments/dp_11nGQpCRmau6ypL82KH2TnP')).status).toBe(404);
  expect((await world().admin.ask('/services/Nobody')).status).toBe(404);
});

test('additional headers of a deployment are sent with every request', async () => {
  const other = await world().startServices({ module: 'greeter' });
  await world().register(other, { additional_headers: { 'x-tenant': 'blue' } });

  const { attempt } = await world().ingress.call<{ attempt: Record<string, string> }>('Greeter/whoAmI');

  expect(attempt['x-tenant']).toBe('blue');
});

test('a service that changes its kind is refused, unless the change is said to be breaking', async () => {
  const before = await FakeEndpoint.start({ name: 'Shifting', ty: 'SERVICE', handlers: [{ name: 'go' }] });
  const after = await FakeEndpoint.start({
    name: 'Shifting',
    ty: 'VIRTUAL_OBJECT',
    handlers: [{ name: 'go', ty: 'EXCLUSIVE' }],
  });
  try {
    await world().admin.register(before.url);

    const refused = await world().admin.tryRegister(after.url);
    const accepted = await world().admin.tryRegister(after.url, { breaking: true });

    expect([refused.status, accepted.status]).toEqual([409, 201]);
    expect((await service('Shifting')).ty).toBe('VirtualObject');
  } finally {
    await before.close();
    await after.close();
  }
});

test('a newer registration of a service takes its new work, with a higher revision', async () => {
  const one = await world().startServices({ module: 'versioned', version: 'v1' });
  const two = await world().startServices({ module: 'versioned', version: 'v2' });

  await world().register(one);
  const before = { answer: await world().ingress.call('Versioned/version'), ...(await service('Versioned')) };
  const second = await world().register(two);
  const after = { answer: await world().ingress.call('Versioned/version'), ...(await service('Versioned')) };

  expect([before.answer, after.answer]).toEqual(['v1', 'v2']);
  expect(after.revision).toBeGreaterThan(before.revision);
  expect(after.deployment_id).toBe(second);
});

test.each([
  ['a reserved name', { name: 'restateInternal', ty: 'SERVICE', handlers: [] }],
  ['an impossible name', { name: '9lives', ty: 'SERVICE', handlers: [] }],
  ['an unknown kind', { name: 'Odd', ty: 'DAEMON', handlers: [] }],
  ['a workflow handler in a service', { name: 'Odd', ty: 'SERVICE', handlers: [{ name: 'go', ty: 'WORKFLOW' }] }],
  ['an exclusive handler in a workflow', { name: 'Odd', ty: 'WORKFLOW', handlers: [{ name: 'go', ty: 'EXCLUSIVE' }] }],
  ['an unknown property', { name: 'Odd', ty: 'SERVICE', handlers: [], colour: 'blue' }],
  ['a timeout that is no whole number', { name: 'Odd', ty: 'SERVICE', handlers: [], inactivityTimeout: 1.5 }],
])('a manifest with %s is refused and nothing of it is stored', async (_what, manifest) => {
  const endpoint = await FakeEndpoint.start(manifest);
  try {
    const answer = await world().admin.tryRegister(endpoint.url);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await world().admin.ask(`/services/${manifest.name}`)).status).toBe(404);
  } finally {
    await endpoint.close();
  }
});

test('protocol versions that nobody speaks are refused', async () => {
  const future = await FakeEndpoint.start(
    { name: 'Future', ty: 'SERVICE', handlers: [] },
    { protocolVersions: [8, 9] },
  );
  const past = await FakeEndpoint.start({ name: 'Past', ty: 'SERVICE', handlers: [] }, { protocolVersions: [1, 4] });
  try {
    expect((await world().admin.tryRegister(future.url)).status).toBeGreaterThanOrEqual(400);
    expect((await world().admin.tryRegister(past.url)).status).toBeGreaterThanOrEqual(400);
  } finally {
    await future.close();
    await past.close();
  }
});

test('an operator hides a service from the ingress and shows it again', async () => {
  const hidden = await world().admin.ask('/services/Described', { method: 'PATCH', json: { public: false } });
  const refused = await world().ingress.ask('/Described/plain');
  const shown = await world().admin.ask('/services/Described', { method: 'PATCH', json: { public: true } });
  const answered = await world().ingress.ask('/Described/plain');

  expect([hidden.status, refused.status, shown.status, answered.status]).toEqual([200, 400, 200, 200]);
});

test('a deployment follows its process to another address', async () => {
  const old = await world().startServices({ module: 'counter' });
  const id = await world().register(old);
  const moved = await world().startServices({ module: 'counter' });

  const answer = await world().admin.ask(`/deployments/${id}`, {
    method: 'PATCH',
    json: { uri: moved.url, ...(moved.useHttp11 ? { use_http_11: true } : {}) },
    headers: { 'x-holdfast-reason': 'the process has moved' },
  });
  await old.kill();

  expect(answer.status).toBe(200);
  expect(await world().ingress.call('Counter/moved/add', 3)).toBe(3);
  expect((await world().admin.ask('/services/Counter')).json()).toMatchObject({ deployment_id: id });
});
