import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ApiError } from '../api-error.ts';
import type { AdminParts } from './admin-parts.ts';
import { describeError } from './error-answer.ts';
import { guardAgainstPages } from './guard.ts';
import { addOpenapi } from './openapi.ts';
import { addDeployments } from './routes/deployments.ts';
import { addEditState } from './routes/edit-state.ts';
import { addGetInvocation } from './routes/get-invocation.ts';
import { addHealth } from './routes/health.ts';
import { addInvocationActs } from './routes/invocation-acts.ts';
import { addListInvocations } from './routes/list-invocations.ts';
import { addPatchService } from './routes/patch-service.ts';
import { addQuery } from './routes/query.ts';
import { addRestartInvocation } from './routes/restart-invocation.ts';
import { addServices } from './routes/services.ts';
import { addVersion } from './routes/version.ts';

/** HTTP for operators, as a function from request to answer. */
export function makeAdminApp(parts: AdminParts, options: { readonly isLoopback: boolean }): Hono {
  const app = new Hono();
  app.use(guardAgainstPages(options));
  app.use(bodyLimit({ maxSize: parts.bodyBytesMax, onError: () => Promise.reject(bodyTooLarge(parts)) }));
  app.onError((error, context) => {
    const { status, body } = describeError(asApiError(error), parts.log);
    // The table of codes holds statuses that may have a body only.
    return context.json(body, status as ContentfulStatusCode);
  });
  app.notFound((context) => {
    const error = new ApiError('ROUTE_NOT_FOUND', {
      message: 'There is nothing at this path and method.',
      hint: 'GET /openapi lists every route.',
    });
    const { body } = describeError(error, parts.log);
    return context.json(body, 404);
  });
  addHealth(app, parts);
  addVersion(app, parts);
  addDeployments(app, parts);
  addServices(app, parts);
  addPatchService(app, parts);
  addEditState(app, parts);
  addListInvocations(app, parts);
  addGetInvocation(app, parts);
  addInvocationActs(app, parts);
  addRestartInvocation(app, parts);
  addQuery(app, parts);
  addOpenapi(app, parts);
  return app;
}

function bodyTooLarge(parts: AdminParts): ApiError {
  return new ApiError('BODY_TOO_LARGE', {
    message: `The body is larger than ${parts.bodyBytesMax} bytes.`,
    hint: 'Send less, or raise admin.bodyBytesMax.',
  });
}

/** Hono reports JSON that cannot be parsed as an exception of its own, with status 400. */
function asApiError(error: Error): Error {
  if (!('status' in error) || error.status !== 400) return error;
  return new ApiError('BODY_REFUSED', { message: 'The body is not JSON.', hint: 'Send a JSON object in UTF-8.' });
}
