import { invocationContentType } from '@holdfast/protocol';
import type { StartAttempt } from '../engine/effect.ts';
import type { Deployment } from '../engine/registry.ts';
import type { AttemptRequest } from './transport.ts';

/** Makes the headers that prove which runtime asks (protocol section 16). */
export interface RequestSigner {
  /** `path` without the base path of the address; `key` for keyed targets. */
  sign(request: {
    readonly path: string;
    readonly key?: string;
    readonly now: number;
  }): Readonly<Record<string, string>>;
}

export function buildAttemptRequest(
  order: StartAttempt,
  with_: {
    readonly deployment: Deployment;
    readonly now: number;
    readonly signer: RequestSigner | undefined;
  },
): AttemptRequest {
  const { target } = order;
  const contentType = invocationContentType(order.pin.protocolVersion);
  const path = `/invoke/${target.service}/${target.handler}`;
  const keyed = target.serviceKind !== 'service';
  const identity = with_.signer?.sign({ path, now: with_.now, ...(keyed ? { key: target.key } : {}) });
  return {
    deployment: with_.deployment,
    path,
    headers: {
      'content-type': contentType,
      accept: contentType,
      'x-restate-invocation-id': order.invocation,
      ...(keyed ? { 'x-restate-service-key': encodeStrictly(target.key) } : {}),
      ...identity,
    },
  };
}

/** Everything but unreserved characters becomes %XX; `encodeURIComponent` leaves five more as they are. */
function encodeStrictly(text: string): string {
  const wellFormed = text.toWellFormed();
  return encodeURIComponent(wellFormed).replaceAll(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
