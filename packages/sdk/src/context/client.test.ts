/** What the compiler infers; the build fails when it infers something else. */
import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { handler, shared } from '../definition/handler.ts';
import type { DurablePromise } from './durable-promise.ts';
import { object, service, workflow } from '../definition/service-definition.ts';
import type {
  CallPromise,
  Context,
  ObjectContext,
  ObjectSharedContext,
  SendHandle,
  WorkflowContext,
} from './context.ts';

const shop = service({
  name: 'Shop',
  handlers: {
    price: async (_ctx: Context, sku: string) => sku.length,
    stock: async () => ['a'],
    order: handler({ input: z.object({ sku: z.string() }) }, async (ctx: Context, input) => {
      expectTypeOf(input).toEqualTypeOf<{ sku: string }>();
      return ctx.run('a', (count, step) => `${count} ${step.idempotencyKey}`, { args: [1] });
    }),
  },
});
const cart = object({
  name: 'Cart',
  handlers: {
    add: async (ctx: ObjectContext, sku: string) => ctx.set('sku', sku),
    read: shared(async (ctx: ObjectSharedContext) => ctx.get<string>('sku')),
  },
});
const review = workflow({ name: 'Review', handlers: { run: async (_ctx: WorkflowContext, id: number) => id } });

test('a client has the handlers of the definition, with their inputs and outputs', () => {
  const use = (ctx: Context): void => {
    expectTypeOf(ctx.serviceClient(shop).price).parameter(0).toEqualTypeOf<string>();
    expectTypeOf(ctx.serviceClient(shop).price('a')).toEqualTypeOf<CallPromise<number>>();
    expectTypeOf(ctx.serviceClient(shop).stock()).toEqualTypeOf<CallPromise<string[]>>();
    expectTypeOf(ctx.serviceClient(shop).order({ sku: 'a' })).toEqualTypeOf<CallPromise<string>>();
    expectTypeOf(ctx.objectClient(cart, 'k').read()).toEqualTypeOf<CallPromise<string | null>>();
    expectTypeOf(ctx.objectSendClient(cart, 'k').add('a', { delay: { minutes: 1 } })).toEqualTypeOf<SendHandle>();
    expectTypeOf(ctx.workflowClient(review, 'k').run(1)).toEqualTypeOf<CallPromise<number>>();
    expectTypeOf(ctx.serviceClient<typeof shop>({ name: 'Shop' }).price('a')).toEqualTypeOf<CallPromise<number>>();
    // @ts-expect-error -- the input is a string
    ctx.serviceClient(shop).price(1);
    // @ts-expect-error -- there is no such handler
    ctx.serviceClient(shop).prize('a');
    // @ts-expect-error -- a handler of a service has no state
    ctx.get('sku');
  };

  expectTypeOf(use).toBeFunction();
});

test('a step gets its arguments, and gives what its function gives', () => {
  const use = (ctx: Context): void => {
    expectTypeOf(ctx.run('a', () => 1)).toEqualTypeOf<DurablePromise<number>>();
    void ctx.run('a', (sku, count, step) => [sku.length, count, step.signal.aborted], { args: ['x', 2] });
    // @ts-expect-error -- the argument is a number
    void ctx.run('a', (sku: string) => sku, { args: [1] });
  };

  expectTypeOf(use).toBeFunction();
});
