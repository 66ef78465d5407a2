import type { Protection } from './fault.ts';

/** The text without the protection. Throws when the snippet is not there exactly once: a change that changes nothing would prove nothing. */
export function mutateText(
  text: string,
  { file, find, replace }: Pick<Protection, 'file' | 'find' | 'replace'>,
): string {
  const found = text.split(find).length - 1;
  if (found !== 1) throw new Error(`${file} holds ${JSON.stringify(find)} ${found} times instead of once.`);
  // A function, because a text may hold what `replace` takes for a pattern.
  return text.replace(find, () => replace);
}
