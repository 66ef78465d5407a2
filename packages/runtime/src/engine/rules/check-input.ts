/** Input rules of a handler's manifest (protocol section 14.4): checked before anything is journaled. */
import type { Refusal } from '../command.ts';
import { refuse } from '../refusal.ts';
import type { Target } from '../record.ts';
import type { InputRule } from '../registry.ts';

export interface OfferedInput {
  readonly length: number;
  readonly contentType: string | undefined;
}

export function checkInput(target: Target, rule: InputRule, input: OfferedInput): Refusal | undefined {
  const name = `${target.service}/${target.handler}`;
  const details = { target, expected: rule.contentType ?? null, found: input.contentType ?? null };
  if (rule.mustBeEmpty) {
    return input.length === 0
      ? undefined
      : refuse(
          'INPUT_REFUSED',
          `${name} takes no input, but ${input.length} bytes were sent.`,
          'Send an empty body.',
          details,
        );
  }
  if (input.length === 0 && input.contentType === undefined) {
    return rule.required
      ? refuse('INPUT_REFUSED', `${name} needs an input, but the body is empty.`, 'Send a body.', details)
      : undefined;
  }
  if (rule.required && input.length === 0)
    return refuse('INPUT_REFUSED', `${name} needs an input, but the body is empty.`, 'Send a body.', details);
  if (rule.contentType === undefined) return undefined;
  if (input.contentType === undefined) {
    return refuse(
      'INPUT_REFUSED',
      `${name} needs the content type ${rule.contentType}, but none was sent.`,
      `Send the header content-type: ${rule.contentType}.`,
      details,
    );
  }
  if (matchesContentType(rule.contentType, input.contentType)) return undefined;
  return refuse(
    'INPUT_REFUSED',
    `${name} needs the content type ${rule.contentType}, but ${JSON.stringify(input.contentType)} was sent.`,
    `Send the header content-type: ${rule.contentType}.`,
    details,
  );
}

/** Parameters such as a charset do not count; the pattern may hold wildcards. */
export function matchesContentType(pattern: string, contentType: string): boolean {
  const [patternType = '', patternSubtype = ''] = essence(pattern);
  const [type = '', subtype = ''] = essence(contentType);
  return (patternType === '*' || patternType === type) && (patternSubtype === '*' || patternSubtype === subtype);
}

function essence(contentType: string): readonly string[] {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase().split('/');
}
