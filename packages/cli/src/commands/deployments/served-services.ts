import { z } from 'zod';
import { formatTable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';

export interface ServedService {
  readonly name: string;
  readonly ty: string;
  readonly public: boolean;
  readonly handlers: readonly { readonly name: string; readonly public: boolean; readonly input_description: string }[];
}

/** What the answers about one deployment say of its services. */
export interface ServedServices {
  /** Names of the services whose new work goes to it. */
  readonly current_for: readonly string[];
  readonly services: readonly ServedService[];
}

export const servedServicesSchema: z.ZodType<ServedServices> = z.object({
  current_for: z.array(z.string()),
  services: z.array(
    z.object({
      name: z.string(),
      ty: z.string(),
      public: z.boolean(),
      handlers: z.array(z.object({ name: z.string(), public: z.boolean(), input_description: z.string() })),
    }),
  ),
});

export function formatServedServices(terminal: Terminal, deployment: ServedServices): string {
  return formatTable(
    terminal,
    ['SERVICE', 'KIND', 'NEW WORK', 'HANDLERS'],
    deployment.services.map((service) => [
      service.name,
      service.ty,
      deployment.current_for.includes(service.name) ? 'goes here' : 'goes elsewhere',
      service.handlers.map((handler) => handler.name).join(', '),
    ]),
  );
}
