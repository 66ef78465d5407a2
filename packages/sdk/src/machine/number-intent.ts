import type { Command } from '@holdfast/protocol/wire';
import type { Intent } from './intent.ts';

/** A command with the numbers it was given. Takes `ids` in the order of allocation: a call's invocation id comes first. */
export function numberIntent(
  intent: Exclude<Intent, { readonly kind: 'getState' | 'getStateKeys' }>,
  ids: readonly number[],
): Command {
  const [first = 0, second = 0] = ids;
  switch (intent.kind) {
    case 'call':
      return { ...intent, invocationIdCompletionId: first, completionId: second };
    case 'oneWayCall':
      return { ...intent, invocationIdCompletionId: first };
    case 'output':
    case 'setState':
    case 'clearState':
    case 'clearAllState':
    case 'sendSignal':
    case 'completeAwakeable':
      return intent;
    default:
      return { ...intent, completionId: first };
  }
}
