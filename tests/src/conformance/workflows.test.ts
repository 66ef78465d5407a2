import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';
import type { signup } from '../services/signup.ts';

const world = useWorld({ services: { module: 'signup' } });

const workflow = (key: string) => world().target.client.workflowClient<typeof signup>({ name: 'Signup' }, key);

test('a workflow is submitted, approved and attached to with the published client', async () => {
  const key = unique('wf');

  const submitted = await workflow(key).workflowSubmit('Ada');
  await workflow(key).approve('Grace');

  expect(submitted.status).toBe('Accepted');
  expect(await workflow(key).workflowAttach()).toBe('Ada, approved by Grace');
});

test('the output of a workflow is not ready before it ends and stays afterwards', async () => {
  const key = unique('wf');
  await workflow(key).workflowSubmit('Ada');

  expect(await workflow(key).workflowOutput()).toMatchObject({ ready: false });
  await workflow(key).approve('Grace');
  await workflow(key).workflowAttach();
  expect(await workflow(key).workflowOutput()).toMatchObject({ ready: true, result: 'Ada, approved by Grace' });
});

test('a workflow key runs once: a second call is refused, a second submission finds the first', async () => {
  const key = unique('wf');
  const first = await workflow(key).workflowSubmit('Ada');

  const call = await world().ingress.ask(`/Signup/${key}/run`, { json: 'Eve' });
  const second = await workflow(key).workflowSubmit('Eve');
  await workflow(key).approve('Grace');

  expect(call.status).toBe(409);
  expect(second).toMatchObject({ status: 'PreviouslyAccepted', invocationId: first.invocationId });
  expect(await workflow(key).workflowAttach()).toBe('Ada, approved by Grace');
});

test('a finished workflow key does not run again', async () => {
  const key = unique('wf');
  await workflow(key).workflowSubmit('Ada');
  await workflow(key).approve('Grace');
  await workflow(key).workflowAttach();
  const attempts = world().trace.count(`signup ${key}`);

  expect((await world().ingress.ask(`/Signup/${key}/run`, { json: 'Eve' })).status).toBe(409);
  expect(world().trace.count(`signup ${key}`)).toBe(attempts);
});

test('a handler that calls a workflow a second time gets failure 409', async () => {
  const key = unique('wf');
  await workflow(key).workflowSubmit('Ada');

  expect(await world().ingress.call('Clerk/runAgain', key)).toEqual({ code: 409 });

  await workflow(key).approve('Grace');
});

test('a handler calls a workflow and its shared handlers', async () => {
  expect(await world().ingress.call('Clerk/runAndApprove', unique('wf'))).toBe('Ada, approved by the clerk');
});

test('a promise may be resolved before the workflow waits for it, and before it runs at all', async () => {
  const key = unique('wf');
  await workflow(key).approve('Grace');

  expect(await world().ingress.call(`Signup/${key}/run`, 'Ada')).toBe('Ada, approved by Grace');
});

test('a promise is completed once: the second completion is refused with 409', async () => {
  const key = unique('wf');
  await workflow(key).workflowSubmit('Ada');
  await workflow(key).approve('Grace');

  const second = await world().ingress.ask(`/Signup/${key}/approve`, { json: 'Mallory' });

  expect(second.status).toBe(409);
  expect(await workflow(key).workflowAttach()).toBe('Ada, approved by Grace');
});

test('a rejected promise fails the workflow with the reason', async () => {
  const key = unique('wf');
  const { invocationId } = await workflow(key).workflowSubmit('Ada');

  await workflow(key).decline('not today');
  const answer = await world().ingress.attach(invocationId);

  expect(answer.status).toBe(500);
  expect(answer.json()).toMatchObject({ message: expect.stringContaining('not today') });
});

test('peeking at a promise answers at once', async () => {
  const key = unique('wf');
  await workflow(key).workflowSubmit('Ada');

  const before = await workflow(key).peek();
  await workflow(key).approve('Grace');

  expect(before).toBe('open');
  expect(await workflow(key).peek()).toBe('Grace');
});

test('several handlers may wait for one promise', async () => {
  const key = unique('wf');
  await workflow(key).workflowSubmit('Ada');

  const waiting = Promise.all([workflow(key).wait(), workflow(key).wait()]);
  await workflow(key).approve('Grace');

  expect(await waiting).toEqual(['Grace', 'Grace']);
});

test('shared handlers read the state of a workflow while it runs and after it has ended', async () => {
  const key = unique('wf');
  await workflow(key).workflowSubmit('Ada');
  await world().trace.waitFor(`signup ${key}`);

  await waitUntil('the first stage is visible', async () => (await workflow(key).stage()) === 'asked for Ada');
  await workflow(key).approve('Grace');
  await workflow(key).workflowAttach();

  expect(await workflow(key).stage()).toBe('approved by Grace');
});

test('attach and output find a workflow by name and key', async () => {
  const key = unique('wf');

  const unknown = await world().ingress.get(`/restate/workflow/Signup/${key}/output`);
  await workflow(key).workflowSubmit('Ada');
  const running = await world().ingress.get(`/restate/workflow/Signup/${key}/output`);
  await workflow(key).approve('Grace');
  const attached = await world().ingress.get(`/restate/workflow/Signup/${key}/attach`);
  const done = await world().ingress.get(`/restate/workflow/Signup/${key}/output`);

  expect([unknown.status, running.status, attached.status, done.status]).toEqual([404, 470, 200, 200]);
  expect(attached.json()).toBe('Ada, approved by Grace');
});

test('an idempotency key on a workflow run is refused', async () => {
  const answer = await world().ingress.ask(`/Signup/${unique('wf')}/run`, {
    json: 'Ada',
    headers: { 'idempotency-key': 'k' },
  });

  expect(answer.status).toBe(400);
});

test('a purged workflow is forgotten with its state and promises, and its key can run again', async () => {
  const key = unique('wf');
  const { invocationId } = await workflow(key).workflowSubmit('Ada');
  await workflow(key).approve('Grace');
  await workflow(key).workflowAttach();

  const purged = await world().admin.act(invocationId, 'purge');
  await waitUntil('the workflow is forgotten', async () => (await workflow(key).peek()) === 'open');

  expect(purged.status).toBe(200);
  expect(await workflow(key).stage()).toBe(null);
  expect((await world().ingress.get(`/restate/workflow/Signup/${key}/output`)).status).toBe(404);
  const again = await workflow(key).workflowSubmit('Ada');
  expect(again.status).toBe('Accepted');
});

test('a workflow is forgotten when its retention is over', async () => {
  const key = unique('wf');
  await world().ingress.call(`ShortSignup/${key}/approve`, 'Grace');

  expect(await world().ingress.call(`ShortSignup/${key}/run`, 'Ada')).toBe('Ada, approved by Grace');

  await waitUntil(
    'the workflow is forgotten',
    async () => (await world().ingress.get(`/restate/workflow/ShortSignup/${key}/output`)).status === 404,
  );
  expect(await world().ingress.call(`ShortSignup/${key}/peek`)).toBe('open');
});
