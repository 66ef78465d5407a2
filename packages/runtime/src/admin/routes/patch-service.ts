import type { Hono } from 'hono';
import { z } from 'zod';
import type { AdminParts } from '../admin-parts.ts';
import { checked, describeEndpoint } from '../endpoint.ts';
import { loadedRegistry } from '../loaded-registry.ts';
import { operatorOf } from '../operator.ts';
import { serviceViewSchema } from '../views/service-view.ts';
import { getService } from './services.ts';

// Loose on purpose: settings that Restate changes here are refused by name, not as unknown.
const bodySchema = z.looseObject({ public: z.boolean().nullish() }).meta({ id: 'PatchService' });

export function addPatchService(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'updateService',
    tag: 'service',
    summary: 'Offer a service at the ingress or not; null follows the manifest again',
    answers: { 200: { description: 'Changed', schema: serviceViewSchema } },
  });
  app.patch('/services/:service', description, checked('json', bodySchema), async (context) => {
    const name = context.req.param('service');
    const { public: isPublic, ...others } = context.req.valid('json');
    // Restate sends every setting, with null for those that stay.
    const asked = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null));
    await parts.deployments.updateService(
      name,
      { ...(isPublic === undefined ? {} : { public: isPublic }), ...asked },
      operatorOf(context),
    );
    return context.json(getService(loadedRegistry(parts), name));
  });
}
