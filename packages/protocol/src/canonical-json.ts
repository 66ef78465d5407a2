import { ProtocolError } from './protocol-error.ts';

/**
 * Canonical JSON (RFC 8785): one text per value, so that digests of equal values are equal.
 *
 * Property names are sorted by UTF-16 code units and numbers are written as ECMAScript writes them. What JSON cannot say is
 * refused with `NOT_JSON` and the path to it, never dropped or replaced as `JSON.stringify` would: `undefined`, functions,
 * symbols, big integers, NaN and the infinities, unpaired surrogates, class instances, holes, cycles.
 */
export function canonicalJson(value: unknown): string {
  return write(value, []);
}

// Far above any real schema, far below the stack. A cycle ends here too.
const depthMax = 500;

type Path = readonly (string | number)[];

function write(value: unknown, path: Path): string {
  if (path.length > depthMax) throw notJson(path, `is nested deeper than ${depthMax} levels, or contains itself`);
  switch (typeof value) {
    case 'string':
      return writeText(value, path);
    case 'number':
      if (!Number.isFinite(value)) throw notJson(path, `is ${value}`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return writeObject(value, path);
    default:
      throw notJson(path, `is of type ${typeof value}`);
  }
}

function writeObject(value: object | null, path: Path): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    // Array.from, not map: a hole must be met and refused.
    return `[${Array.from(value, (element: unknown, index) => write(element, [...path, index])).join(',')}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw notJson(path, 'is not a plain object');
  const members = Object.entries(value)
    .toSorted(([first], [second]) => (first < second ? -1 : 1))
    .map(([key, member]: [string, unknown]) => `${writeText(key, [...path, key])}:${write(member, [...path, key])}`);
  return `{${members.join(',')}}`;
}

function writeText(text: string, path: Path): string {
  if (!text.isWellFormed()) throw notJson(path, 'holds an unpaired surrogate');
  return JSON.stringify(text);
}

function notJson(path: Path, sentence: string): ProtocolError {
  const at = path.length === 0 ? 'The value' : `The value at ${path.slice(0, 20).join('.')}`;
  return new ProtocolError('NOT_JSON', {
    message: `${at} ${sentence}, so that it has no canonical JSON.`,
    hint: 'Convert it to plain JSON first.',
    details: { path: path.slice(0, 20) },
  });
}
