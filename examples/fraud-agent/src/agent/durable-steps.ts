import type { Context } from '@restatedev/restate-sdk';
import { wrapLanguageModel } from 'ai';
import type { LanguageModel } from 'ai';

type WrappableModel = Parameters<typeof wrapLanguageModel>[0]['model'];

/** Makes the acts of an agent loop durable: each is a step of the invocation, recorded once and replayed after a crash. */
export interface DurableSteps {
  /** The same model, with every call recorded as a step. */
  model(model: WrappableModel): LanguageModel;
  /** Runs what a tool does. Steps and waits inside it are the caller's, on the invocation's context. */
  tool<T>(action: () => Promise<T>): Promise<T>;
}

/**
 * Durable steps for one agent run inside one invocation.
 *
 * An agent loop hands whatever a tool throws to the model as text. That is right for "no such customer" and wrong for
 * "this invocation was cancelled", so the first failure is kept and stops the loop at its next model call.
 */
export function durableSteps(ctx: Context): DurableSteps {
  let calls = 0;
  let failure: { readonly error: unknown } | undefined;

  async function guard<T>(action: () => Promise<T>): Promise<T> {
    if (failure !== undefined) throw failure.error;
    try {
      return await action();
    } catch (error) {
      failure = { error };
      throw error;
    }
  }

  return {
    model: (model) =>
      wrapLanguageModel({
        model,
        middleware: {
          specificationVersion: 'v4',
          wrapGenerate: ({ doGenerate }) =>
            guard(async () =>
              ctx.run(`model call ${++calls}`, async () => {
                // Only what the loop goes on with. The transport's part of a result (headers, bodies, dates) is neither
                // needed again nor JSON.
                const { content, finishReason, usage, warnings } = await doGenerate();
                return { content, finishReason, usage, warnings };
              }),
            ),
        },
      }),
    tool: guard,
  };
}
