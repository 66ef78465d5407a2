import * as restate from '@restatedev/restate-sdk';
import { servedVersion } from '../harness/serve-options.ts';
import { trace } from '../harness/trace-file.ts';

const version = servedVersion();
const fixed = version !== 'v1';

/** Everything in here tells which version of the code answered. */
export const versioned = restate.service({
  name: 'Versioned',
  handlers: {
    version: async (_ctx: restate.Context) => version,

    /** Its only act is to wait: the journal holds nothing but the input. */
    onlyWait: async (ctx: restate.Context, name: string) => {
      const gate = ctx.awakeable<string>();
      trace(`only wait ${name}`, gate.id);
      await gate.promise;
      return version;
    },

    /** Records a step, then waits. */
    stepAndWait: async (ctx: restate.Context, name: string) => {
      const recorded = await ctx.run('version', () => version);
      const gate = ctx.awakeable<string>();
      trace(`step and wait ${name}`, gate.id);
      await gate.promise;
      return { recorded, answered: version };
    },

    /** Calls a service that the same deployment serves. */
    callAfterWait: async (ctx: restate.Context, name: string) => {
      await ctx.run('start', () => {});
      const gate = ctx.awakeable<string>();
      trace(`call after wait ${name}`, gate.id);
      await gate.promise;
      return { callee: await ctx.serviceClient<Self>(selfApi).version(), answered: version };
    },

    /** Version 1 has a bug before its first step. */
    brokenInFirstVersion: async (_ctx: restate.Context, name: string) => {
      trace(`broken ${name} ${version}`);
      if (!fixed) throw new Error('a bug of the first version');
      return version;
    },

    echoVersion: restate.handlers.handler(
      { idempotencyRetention: { hours: 1 } },
      async (_ctx: restate.Context) => version,
    ),
  },
  options: { retryPolicy: { initialInterval: 20, maxInterval: 100 } },
});

const selfApi = { name: 'Versioned' } as const;

interface Self {
  version: (ctx: restate.Context) => Promise<string>;
}

export const versionedObject = restate.object({
  name: 'VersionedObject',
  handlers: {
    hold: async (ctx: restate.ObjectContext, name: string) => {
      await ctx.run('start', () => {});
      const gate = ctx.awakeable<string>();
      trace(`hold ${name}`, gate.id);
      await gate.promise;
      return version;
    },
    version: async (_ctx: restate.ObjectContext) => version,
  },
});

export const services = [versioned, versionedObject];
