import type { Mutant } from './mutant.ts';

/** Refuses when the snippet is not there exactly once, so that a mutant can never quietly stop being one. */
export function applyMutant(mutant: Mutant, source: string): string {
  if (source.split(mutant.find).length !== 2)
    throw new Error(`${mutant.file} does not hold ${JSON.stringify(mutant.find)} exactly once.`);
  return source.replace(mutant.find, () => mutant.replace);
}
