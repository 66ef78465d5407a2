/**
 * Decides whether recorded and replayed command are the same, and names each field in which they differ.
 *
 * Compared is what gives a command its sense: kind, name with meaning, target, payload. Not compared is what a clock decides (when a sleep ends) and
 * what follows from the position (completion ids, which are checked once for the whole journal).
 */
import { type Command, decodeBase64url, digestHex, encodeHex, type Result } from '@holdfast/protocol/wire';
import { parseStepName } from '../meaning/step-name.ts';
import { describeReference } from './describe-command.ts';
import type { Intent } from './intent.ts';

/** Texts for people: payloads appear as their size and digest, never in clear. */
export interface Difference {
  readonly field: string;
  readonly recorded: string;
  readonly found: string;
}

export function compareCommand(recorded: Command, found: Intent): readonly Difference[] {
  const kind = kindOf(recorded);
  if (kind !== found.kind) return [{ field: 'kind', recorded: kind, found: found.kind }];
  return [...compareNames(recorded.name, found.name), ...compareFields(recorded, found)];
}

/** Both forms of a state read are the same act: which one was recorded depends on what the runtime sent along. */
function kindOf(command: Command): string {
  if (command.kind === 'getLazyState' || command.kind === 'getEagerState') return 'getState';
  return command.kind === 'getLazyStateKeys' || command.kind === 'getEagerStateKeys' ? 'getStateKeys' : command.kind;
}

function compareNames(recorded: string, found: string): readonly Difference[] {
  if (recorded === found) return [];
  const [before, now] = [parseStepName(recorded), parseStepName(found)];
  const differences = (['name', 'key', 'qualifier', 'definition', 'args'] as const).flatMap((part) => {
    if (before[part] === now[part]) return [];
    const show = part === 'definition' || part === 'args' ? shortHex : quoted;
    return [{ field: part === 'args' ? 'arguments' : part, recorded: show(before[part]), found: show(now[part]) }];
  });
  return differences.length > 0 ? differences : [{ field: 'name', recorded: quoted(recorded), found: quoted(found) }];
}

type Compared = string | number | undefined | Uint8Array | Result | { readonly kind: 'void' };
type Fields = readonly (readonly [field: string, value: Compared])[];

function compareFields(recorded: Command, found: Intent): readonly Difference[] {
  const now = new Map(comparedFields(found));
  return comparedFields(recorded).flatMap(([field, value]) => {
    const other = now.get(field);
    if (value instanceof Uint8Array && other instanceof Uint8Array && sameBytes(value, other)) return [];
    const [before, after] = [showValue(value), showValue(other)];
    return before === after ? [] : [{ field, recorded: before, found: after }];
  });
}

function comparedFields(command: Command | Intent): Fields {
  switch (command.kind) {
    case 'output':
      return [['result', command.result]];
    case 'getState':
    case 'getLazyState':
    case 'getEagerState':
    case 'clearState':
      return [['state key', utf8.decode(command.key)]];
    case 'setState':
      return [
        ['state key', utf8.decode(command.key)],
        ['value', command.value],
      ];
    case 'getPromise':
    case 'peekPromise':
      return [['promise', command.key]];
    case 'completePromise':
      return [
        ['promise', command.key],
        ['result', command.result],
      ];
    case 'call':
    case 'oneWayCall':
      return [
        ['service', command.service],
        ['handler', command.handler],
        ['object key', command.key],
        ['parameter', command.parameter],
        ['headers', JSON.stringify(command.headers.map(({ key, value }) => [key, value]))],
        ['idempotency key', command.idempotencyKey],
      ];
    case 'sendSignal':
      return [
        ['target', command.target],
        ['signal', command.signal.kind === 'signal' ? command.signal.id : command.signal.name],
        ['result', command.result],
      ];
    case 'attachInvocation':
    case 'getInvocationOutput':
      return [['target', describeReference(command.target)]];
    case 'completeAwakeable':
      return [
        ['awakeable', command.awakeableId],
        ['result', command.result],
      ];
    default:
      return [];
  }
}

const utf8 = new TextDecoder();

/** Injective on what is compared, so that equal texts mean equal values. */
function showValue(value: Compared): string {
  if (value instanceof Uint8Array) return `${value.length} bytes, ${digestHex(value).slice(0, 24)}`;
  if (typeof value === 'object') return showResult(value);
  return quoted(value === undefined ? undefined : String(value));
}

function showResult(result: Result | { readonly kind: 'void' }): string {
  if (result.kind === 'void') return 'nothing';
  if (result.kind === 'success') return `value of ${showValue(result.value)}`;
  const { code, message, metadata } = result.failure;
  return `failure ${code}, ${digestHex(JSON.stringify([message, metadata])).slice(0, 24)}`;
}

function sameBytes(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, index) => byte === second[index]);
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'none' : JSON.stringify(text);
}

function shortHex(digestText: string | undefined): string {
  if (digestText === undefined) return 'none';
  const bytes = decodeBase64url(digestText);
  return bytes === undefined ? digestText : encodeHex(bytes).slice(0, 12);
}
