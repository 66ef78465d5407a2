import type { Context } from '@restatedev/restate-sdk';

/**
 * Makes an invocation wait until the story opens the gate.
 *
 * The wait is an awakeable and records nothing. Its id reaches the story through the output of the service's process, the
 * way a service would mail a link to a person.
 */
export async function waitAtGate(ctx: Context, name: string): Promise<void> {
  const { id, promise } = ctx.awakeable<null>();
  console.log(`gate ${name} ${id}`);
  await promise;
}

/** Options of services whose invocations should suspend as soon as they wait, instead of after a minute. */
export const suspendAtOnce = { inactivityTimeout: { milliseconds: 50 } } as const;
