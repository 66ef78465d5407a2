/**
 * The wire form of a step's name: `<name>[#<key>][@[<definition>][.<args>]]`.
 *
 * It stands in the journal, so that every server of the protocol carries it, every tool shows it, and a replay compares it whole. Reserved characters
 * of a name or key (`%`, `#`, `@`, control characters; a leading `~` of a key) are percent-encoded.
 *
 * A `#~…` part is a qualifier that the SDK writes and no author can: the occurrence number of a repeated name, or the duration of a sleep. It
 * tells steps apart, but they are still replayed by position.
 */
import { SdkError } from '../error/sdk-error.ts';

export interface StepName {
  readonly name: string;
  readonly key?: string;
  /** Written by the SDK; excludes `key`. */
  readonly qualifier?: string;
  /** 128-bit digest in base64url: 22 characters. */
  readonly definition?: string;
  /** The same, keyed with the invocation's random seed. */
  readonly args?: string;
}

/** Of the UTF-8 form, each. Longer names make journals, metrics and screens useless. */
export const nameBytesMax = 512;

const utf8 = new TextEncoder();

export function formatStepName(step: StepName): string {
  let text = escapeName(step.name);
  if (step.key !== undefined) text += `#${escapeKey(step.key)}`;
  else if (step.qualifier !== undefined) text += `#~${escapeName(step.qualifier)}`;
  if (step.definition !== undefined || step.args !== undefined) text += `@${step.definition ?? ''}`;
  return step.args === undefined ? text : `${text}.${step.args}`;
}

/** This reads any text: a name of another SDK is a name without parts. */
export function parseStepName(text: string): StepName {
  const at = text.indexOf('@');
  const label = at < 0 ? text : text.slice(0, at);
  const [definition = '', args] = at < 0 ? [] : text.slice(at + 1).split('.', 2);
  const hash = label.indexOf('#');
  const name = unescapeName(hash < 0 ? label : label.slice(0, hash));
  const key = hash < 0 ? undefined : label.slice(hash + 1);
  return {
    name,
    ...(key === undefined
      ? {}
      : key.startsWith('~')
        ? { qualifier: unescapeName(key.slice(1)) }
        : { key: unescapeName(key) }),
    ...(definition === '' ? {} : { definition }),
    ...(args === undefined ? {} : { args }),
  };
}

/** The key by which a recorded step is claimed; undefined when it is claimed by position. */
export function claimKeyOf(text: string): string | undefined {
  return text.includes('#') ? parseStepName(text).key : undefined;
}

/** Refuses what would not be found again: `what` names it in the message, e.g. `step name`. */
export function checkName(what: string, name: unknown): void {
  if (typeof name !== 'string' || name === '') {
    throw new SdkError('STEP_REFUSED', {
      message: `A ${what} is required: without one, a replay cannot tell one step from another.`,
      hint: 'Give it a name that says what it does, such as ctx.run("charge-card", …).',
      details: { what },
    });
  }
  const bytes = utf8.encode(name).length;
  if (bytes > nameBytesMax || !name.isWellFormed()) {
    throw new SdkError('STEP_REFUSED', {
      message: `The ${what} "${name.slice(0, 60)}…" has ${bytes} bytes${name.isWellFormed() ? '' : ' and an unpaired surrogate'}; a ${what} has at most ${nameBytesMax} bytes of well-formed text.`,
      hint: 'Put what is long into the arguments: they become a digest.',
      details: { what, bytes, bytesMax: nameBytesMax },
    });
  }
}

const reserved = /[%#@\p{Control}]/gu;

function escapeName(text: string): string {
  return text.replace(reserved, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return `%${code.padStart(2, '0')}`;
  });
}

function escapeKey(key: string): string {
  const text = escapeName(key);
  return text.startsWith('~') ? `%7E${text.slice(1)}` : text;
}

function unescapeName(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
