import type { Hono } from 'hono';
import { z } from 'zod';
import type { AdminParts } from '../admin-parts.ts';
import { checked, deploymentIdOf, describeEndpoint } from '../endpoint.ts';
import { loadedRegistry } from '../loaded-registry.ts';
import { operatorOf } from '../operator.ts';
import {
  deploymentDetailsSchema,
  deploymentRowSchema,
  viewDeployment,
  viewDeploymentRow,
} from '../views/deployment-view.ts';
import { addRegisterDeployment } from './register-deployment.ts';
import { statusName } from '../views/status-name.ts';
import type { Blocker } from '../views/deployment-view.ts';
import type { DeploymentId } from '@holdfast/protocol';

const blockersShown = 20;

/** Reading, changing and removing deployments. */
export function addDeployments(app: Hono, parts: AdminParts): void {
  addRegisterDeployment(app, parts);
  addList(app, parts);
  addGet(app, parts);
  addPatch(app, parts);
  addRemove(app, parts);
}

function addList(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'listDeployments',
    tag: 'deployment',
    summary: 'All deployments, newest first',
    answers: { 200: { description: 'Deployments', schema: z.object({ deployments: z.array(deploymentRowSchema) }) } },
  });
  app.get('/deployments', description, (context) => {
    const registry = loadedRegistry(parts);
    const newestFirst = [...registry.deployments.values()].toSorted((a, b) => b.createdAt - a.createdAt);
    return context.json({
      deployments: newestFirst.map((one) => viewDeploymentRow(registry, one, parts.findHold(one.id))),
    });
  });
}

function addGet(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'getDeployment',
    tag: 'deployment',
    summary: 'One deployment: what it serves, the work it holds, and what keeps it from being removed',
    answers: { 200: { description: 'Deployment', schema: deploymentDetailsSchema } },
  });
  app.get('/deployments/:id', description, async (context) => {
    const registry = loadedRegistry(parts);
    const id = deploymentIdOf(context.req.param('id'));
    const deployment = parts.deployments.get(id);
    const [work, blockers] = await Promise.all([parts.deployments.countWork(id), listBlockers(parts, id)]);
    return context.json(viewDeployment(registry, deployment, { work, blockers, hold: parts.findHold(id) }));
  });
}

async function listBlockers(parts: AdminParts, id: DeploymentId): Promise<Blocker[]> {
  const blockers = await parts.listBlockers(id, blockersShown);
  return blockers.map(({ invocation, record }) => {
    const { service, key, handler } = record.target;
    return {
      invocation,
      target: [service, key, handler].filter((part) => part !== '').join('/'),
      status: statusName(record.state.status),
      since: new Date(record.modifiedAt).toISOString(),
    };
  });
}

const patchSchema = z
  .object({
    uri: z.string().optional(),
    use_http_11: z.boolean().optional(),
    additional_headers: z.record(z.string(), z.string()).optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    dry_run: z.boolean().optional(),
    overwrite: z
      .boolean()
      .optional()
      .meta({ description: 'Accepted and without effect: what is there is always looked at.' }),
  })
  .meta({ id: 'PatchDeployment' });

function addPatch(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'updateDeployment',
    tag: 'deployment',
    summary: 'Change where a deployment is reached; the new address must serve the same manifest',
    answers: { 200: { description: 'Changed', schema: deploymentDetailsSchema } },
  });
  app.patch('/deployments/:id', description, checked('json', patchSchema), async (context) => {
    const body = context.req.valid('json');
    const deployment = await parts.deployments.update(
      deploymentIdOf(context.req.param('id')),
      {
        ...(body.uri === undefined ? {} : { uri: body.uri }),
        ...(body.use_http_11 === undefined ? {} : { http1: body.use_http_11 }),
        ...(body.additional_headers === undefined ? {} : { headers: body.additional_headers }),
        ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
        ...(body.dry_run === undefined ? {} : { dryRun: body.dry_run }),
      },
      operatorOf(context),
    );
    return context.json(viewDeployment(loadedRegistry(parts), deployment));
  });
}

const removeQuery = z.object({ force: z.enum(['true', 'false']).default('false') });

function addRemove(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'removeDeployment',
    tag: 'deployment',
    summary: 'Remove a deployment that holds no work; with force and a reason also one that does',
    answers: {
      202: { description: 'Removed', schema: z.object({ id: z.string() }) },
      409: { description: 'It holds work: counts and blockers are in `details`' },
    },
  });
  app.delete('/deployments/:id', description, checked('query', removeQuery), async (context) => {
    const id = deploymentIdOf(context.req.param('id'));
    const force = context.req.valid('query').force === 'true';
    const removed = await parts.deployments.remove(id, { force }, operatorOf(context));
    return context.json({ id: removed.deployment.id, work: removed.work }, 202);
  });
}
