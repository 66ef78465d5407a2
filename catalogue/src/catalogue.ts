import type { Finding, Outcome } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { openTarget } from './targets/target.ts';
import type { Target, TargetName } from './targets/target.ts';
import { deployVersion } from './world/deployed-version.ts';
import type { DeployedVersion } from './world/deployed-version.ts';

/** One row of the catalogue, with what became of it on each target that was asked for. */
export interface CatalogueRow {
  readonly id: string;
  readonly title: string;
  readonly results: Readonly<Partial<Record<TargetName, CatalogueResult>>>;
}

export type CatalogueResult =
  | (Finding & { readonly kind: 'played'; readonly expected: Outcome })
  /** The story could not be played to its end; that says nothing about the outcome. */
  | { readonly kind: 'failed'; readonly reason: string; readonly expected: Outcome };

export interface CatalogueOptions {
  readonly targets: readonly TargetName[];
  /** Ids of the scenarios to play; all of them by default. Throws on one that does not exist. */
  readonly only?: readonly string[];
  readonly onResult?: (id: string, target: TargetName, result: CatalogueResult) => void;
}

/**
 * Plays the scenarios on the targets, one after the other, and returns a row for each scenario.
 *
 * A target runs once for all its scenarios: each has services of its own. One that cannot be started fails its column, not
 * the others.
 */
export async function runCatalogue({ targets, only, onResult }: CatalogueOptions): Promise<CatalogueRow[]> {
  const chosen = chooseScenarios(only);
  const rows = chosen.map(({ id, title }) => ({
    id,
    title,
    results: {} as Partial<Record<TargetName, CatalogueResult>>,
  }));
  for (const name of targets) {
    await using opened = await tryOpen(name);
    for (const [index, scenario] of chosen.entries()) {
      const result = await attempt(scenario, name, opened);
      const row = rows[index];
      if (row !== undefined) row.results[name] = result;
      onResult?.(scenario.id, name, result);
    }
  }
  return rows;
}

/** Whether the target made of the scenario what the catalogue says it does. */
export function isAsExpected(result: CatalogueResult): boolean {
  return result.kind === 'played' && result.outcome === result.expected;
}

/** The scenarios with these ids, or all of them; throws on an id that does not exist. */
export function chooseScenarios(only: readonly string[] | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios;
  return only.map((id) => {
    const scenario = scenarios.find((candidate) => candidate.id === id.toUpperCase());
    if (scenario === undefined) {
      throw new Error(`There is no scenario ${id}; there are ${scenarios.map((each) => each.id).join(', ')}.`);
    }
    return scenario;
  });
}

interface Opened extends AsyncDisposable {
  readonly target?: Target;
  readonly reason?: string;
}

async function tryOpen(name: TargetName): Promise<Opened> {
  try {
    const target = await openTarget(name);
    return { target, [Symbol.asyncDispose]: () => target[Symbol.asyncDispose]() };
  } catch (error) {
    return { reason: describe(error), [Symbol.asyncDispose]: async () => {} };
  }
}

async function attempt(scenario: Scenario, name: TargetName, opened: Opened): Promise<CatalogueResult> {
  const expected = scenario.expected[name];
  if (opened.target === undefined) return { kind: 'failed', reason: opened.reason ?? 'It did not start.', expected };
  try {
    return { kind: 'played', ...(await playScenario(scenario, opened.target)), expected };
  } catch (error) {
    return { kind: 'failed', reason: describe(error), expected };
  }
}

async function playScenario(scenario: Scenario, { admin, ingress }: Target): Promise<Finding> {
  await using stack = new AsyncDisposableStack();
  const deploy = async (version: DeployedVersion['version']): Promise<DeployedVersion> =>
    stack.use(await deployVersion(admin, scenario.id, version));
  return await scenario.play({ admin, ingress, deploy });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
