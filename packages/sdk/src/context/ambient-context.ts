/**
 * The context for code that nobody can hand it to, deep inside a framework.
 *
 * It follows the flow of async calls, where the platform can do that (Node, Deno, Bun, Workers with Node compatibility). It is looked up without an
 * import, so that the SDK still loads where it cannot.
 */
import type { Context } from './context.ts';

interface AsyncStorage<T> {
  readonly getStore: () => T | undefined;
  readonly run: <R>(store: T | undefined, task: () => R) => R;
}

interface Platform {
  readonly process?: {
    readonly getBuiltinModule?: (
      name: string,
    ) => { readonly AsyncLocalStorage?: new () => AsyncStorage<Context> } | undefined;
  };
}

// What the platform has is looked at, never assumed.
const { process } = globalThis as Platform;
const AsyncLocalStorage = process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage;
const storage = AsyncLocalStorage === undefined ? undefined : new AsyncLocalStorage();

/**
 * This finds the context of the handler that is running. Undefined outside of handlers, inside of a step (what runs there is recorded as a whole), and
 * on platforms that cannot follow async calls.
 */
export function findContext(): Context | undefined {
  return storage?.getStore();
}

export function runWithContext<R>(context: Context | undefined, task: () => R): R {
  return storage === undefined ? task() : storage.run(context, task);
}
