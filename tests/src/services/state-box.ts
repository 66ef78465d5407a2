import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

/** One operation on the state of an object. */
export type StateStep =
  | { readonly op: 'set'; readonly key: string; readonly value: unknown }
  | { readonly op: 'get' | 'clear'; readonly key: string }
  | { readonly op: 'clearAll' | 'keys' | 'breakOnce' };

/** Executes the steps in one invocation and returns what the reading ones read. */
async function play(ctx: restate.ObjectContext, steps: readonly StateStep[]): Promise<unknown[]> {
  const read: unknown[] = [];
  for (const step of steps) {
    if (step.op === 'set') ctx.set(step.key, step.value);
    else if (step.op === 'clear') ctx.clear(step.key);
    else if (step.op === 'clearAll') ctx.clearAll();
    else if (step.op === 'get') read.push(await ctx.get(step.key));
    else if (step.op === 'keys') read.push(await ctx.stateKeys());
    else await breakOnce(ctx);
  }
  return read;
}

const broken = new Set<string>();

/** Fails the first attempt that comes here, so that what lies before is replayed. */
async function breakOnce(ctx: restate.ObjectContext): Promise<void> {
  const { id } = ctx.request();
  trace(`break ${ctx.key}`);
  if (broken.has(id)) return;
  broken.add(id);
  throw new Error('broken once, on purpose');
}

const handlers = {
  play,
  look: restate.handlers.object.shared(async (ctx: restate.ObjectSharedContext, keys: readonly string[]) => {
    const found: Record<string, unknown> = {};
    for (const key of keys) found[key] = await ctx.get(key);
    return { found, keys: await ctx.stateKeys() };
  }),
  bytes: restate.handlers.object.exclusive(
    { input: restate.serde.binary, output: restate.serde.binary },
    async (ctx: restate.ObjectContext, value: Uint8Array) => {
      ctx.set('bytes', value, restate.serde.binary);
      return (await ctx.get('bytes', restate.serde.binary)) ?? new Uint8Array();
    },
  ),
};

const retryPolicy = { initialInterval: 10, maxInterval: 50 };

/** Its whole state comes with the start of an attempt. */
export const eagerBox = restate.object({ name: 'EagerBox', handlers, options: { retryPolicy } });

/** Its state is read key by key. */
export const lazyBox = restate.object({ name: 'LazyBox', handlers, options: { retryPolicy, enableLazyState: true } });

export const services = [eagerBox, lazyBox];
