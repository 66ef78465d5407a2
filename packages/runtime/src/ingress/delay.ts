import { ApiError } from '../api-error.ts';
import { parseDuration } from '../duration.ts';

/** The `delay` parameter in milliseconds; undefined when there is none. */
export function findDelay(query: string): number | undefined {
  if (query === '') return undefined;
  const parameters = new URLSearchParams(query);
  if (parameters.has('limit-key')) {
    throw new ApiError('SCOPE_REFUSED', {
      message: 'Scopes and limit keys are not supported.',
      hint: 'Leave the parameter limit-key out.',
    });
  }
  const text = parameters.get('delay');
  if (text === null) return undefined;
  const delayMs = parseDuration(text);
  if (delayMs !== undefined) return delayMs;
  throw new ApiError('PARAMETER_REFUSED', {
    message: `The parameter delay is ${JSON.stringify(text.slice(0, 100))}, which is no duration.`,
    hint: 'Write it like 700ms, 60 sec, 2h 30m or PT0.5S.',
  });
}
