import type { Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from '../../api-error.ts';
import type { Registry } from '../../engine/registry.ts';
import type { AdminParts } from '../admin-parts.ts';
import { describeEndpoint } from '../endpoint.ts';
import { loadedRegistry } from '../loaded-registry.ts';
import { findServiceView, handlerViewSchema, serviceViewSchema } from '../views/service-view.ts';
import type { ServiceView } from '../views/service-view.ts';

/** Reading what is registered: services and their handlers. */
export function addServices(app: Hono, parts: AdminParts): void {
  const list = describeEndpoint({
    operationId: 'listServices',
    tag: 'service',
    summary: 'All services, as their current deployments serve them',
    answers: { 200: { description: 'Services', schema: z.object({ services: z.array(serviceViewSchema) }) } },
  });
  app.get('/services', list, (context) => {
    const registry = loadedRegistry(parts);
    const names = [...registry.services.keys()].toSorted();
    return context.json({ services: names.flatMap((name) => findServiceView(registry, name) ?? []) });
  });

  const one = describeEndpoint({
    operationId: 'getService',
    tag: 'service',
    summary: 'One service',
    answers: { 200: { description: 'Service', schema: serviceViewSchema } },
  });
  app.get('/services/:service', one, (context) =>
    context.json(getService(loadedRegistry(parts), context.req.param('service'))),
  );

  const handlers = describeEndpoint({
    operationId: 'listServiceHandlers',
    tag: 'service',
    summary: 'Handlers of a service',
    answers: { 200: { description: 'Handlers', schema: z.object({ handlers: z.array(handlerViewSchema) }) } },
  });
  app.get('/services/:service/handlers', handlers, (context) =>
    context.json({ handlers: getService(loadedRegistry(parts), context.req.param('service')).handlers }),
  );

  const handler = describeEndpoint({
    operationId: 'getServiceHandler',
    tag: 'service',
    summary: 'One handler of a service',
    answers: { 200: { description: 'Handler', schema: handlerViewSchema } },
  });
  app.get('/services/:service/handlers/:handler', handler, (context) => {
    const { service, handler: name } = context.req.param();
    const found = getService(loadedRegistry(parts), service).handlers.find((each) => each.name === name);
    if (found !== undefined) return context.json(found);
    throw new ApiError('HANDLER_NOT_FOUND', {
      message: `The service "${service}" has no handler ${JSON.stringify(name.slice(0, 200))}.`,
      hint: `List its handlers with: holdfast services describe ${service}.`,
    });
  });
}

export function getService(registry: Registry, name: string): ServiceView {
  const service = findServiceView(registry, name);
  if (service !== undefined) return service;
  throw new ApiError('SERVICE_NOT_FOUND', {
    message: `No deployment serves the service ${JSON.stringify(name.slice(0, 200))}.`,
    hint: 'List services with: holdfast services list.',
  });
}
