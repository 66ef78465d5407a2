import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { Reference } from './route.ts';

const scope = z.never().optional();
const referenceSchema = z.discriminatedUnion('target', [
  z.object({ target: z.literal('workflow'), workflowName: z.string(), workflowKey: z.string(), scope }),
  z.object({
    target: z.literal('idempotentInvocation'),
    service: z.string(),
    key: z.string().optional(),
    handler: z.string(),
    idempotencyKey: z.string(),
    scope,
  }),
  z.object({ target: z.literal('invocation'), invocationId: z.string() }),
]);

/** The JSON body of `POST /restate/attach`, `/restate/output` and `/restate/lookup`. */
export function parseReferenceBody(body: Uint8Array): Reference {
  const parsed = referenceSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    throw new ApiError('BODY_REFUSED', {
      message: `The body does not say which invocation is meant: ${z.prettifyError(parsed.error)}`,
      hint: 'Send {"target": "invocation", "invocationId": "inv_…"}, or the targets "workflow" and "idempotentInvocation".',
    });
  }
  const { data } = parsed;
  switch (data.target) {
    case 'workflow':
      return { kind: 'workflow', name: data.workflowName, key: data.workflowKey };
    case 'invocation':
      return { kind: 'invocation', id: data.invocationId };
    case 'idempotentInvocation': {
      const { service, key, handler, idempotencyKey } = data;
      return { kind: 'idempotent', service, handler, idempotencyKey, ...(key === undefined ? {} : { key }) };
    }
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ApiError('BODY_REFUSED', { message: 'The body is not JSON.', hint: 'Send a JSON object in UTF-8.' });
  }
}
