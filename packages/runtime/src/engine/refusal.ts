/** Makes a refusal: what happened, what to do next, and the facts. */
import type { Refusal } from './command.ts';

export function refuse(
  code: Refusal['code'],
  message: string,
  hint: string,
  details: Readonly<Record<string, unknown>> = {},
): Refusal {
  return { code, message, hint, details };
}
