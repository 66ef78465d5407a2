/**
 * Loaded before a simulation with `--import`: applies the mutant that HOLDFAST_MUTANT names to the source of its file.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { applyMutant } from './apply-mutant.ts';
import { mutants } from './mutant.ts';

const name = process.env['HOLDFAST_MUTANT'];
const mutant = mutants.find((one) => one.name === name);
if (mutant === undefined) throw new Error(`There is no mutant ${JSON.stringify(name)}.`);
const url = new URL(`../${mutant.file}`, import.meta.url);
const mutated = applyMutant(mutant, readFileSync(fileURLToPath(url), 'utf8'));

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
