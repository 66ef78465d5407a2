import { visible } from '../../visible.ts';
import type { ServedService } from './served-services.ts';

/** A command line that calls something of the services; undefined when callers can reach none of them. */
export function exampleCall(ingressUrl: string, services: readonly ServedService[]): string | undefined {
  for (const service of services) {
    const handler = service.handlers.find((one) => service.public && one.public);
    if (handler === undefined) continue;
    const path = service.ty === 'Service' ? [service.name, handler.name] : [service.name, 'my-key', handler.name];
    const url = `${ingressUrl}/${path.map(encodeURIComponent).join('/')}`;
    return visible(handler.input_description === 'none' ? `curl -X POST ${url}` : `curl ${url} --json '{}'`);
  }
  return undefined;
}
