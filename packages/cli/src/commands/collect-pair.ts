import { InvalidArgumentError } from 'commander';

/** Collects repeated `--header name=value` options. */
export function collectPair(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('Write it as name=value.');
  return new Map(before).set(text.slice(0, at), text.slice(at + 1));
}
