/**
 * Loaded before a simulation with `--import`: applies the mutant that HOLDFAST_MUTANT names to the source of its file. Refuses to start when
 * the snippet is not there exactly once, so that a mutant can never quietly stop being one.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutant.ts';

const name = process.env['HOLDFAST_MUTANT'];
const mutant = mutants.find((one) => one.name === name);
if (mutant === undefined) throw new Error(`There is no mutant ${JSON.stringify(name)}.`);
const url = new URL(`../${mutant.file}`, import.meta.url);
const source = readFileSync(fileURLToPath(url), 'utf8');
if (source.split(mutant.find).length !== 2)
  throw new Error(`${mutant.file} does not hold ${JSON.stringify(mutant.find)} exactly once.`);
const mutated = source.replace(mutant.find, () => mutant.replace);

registerHooks({
  load(loaded, context, next) {
    return loaded === url.href
      ? { format: 'module-typescript', source: withImports(mutated), shortCircuit: true }
      : next(loaded, context);
  },
});

/** A mutant may call a rule that its file does not import. */
function withImports(text: string): string {
  if (!text.includes('releaseKey(') || text.includes('function releaseKey(')) return text;
  return ["import { releaseKey } from '../rules/admit-invocation.ts';", text].join('\n');
}
