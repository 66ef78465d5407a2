import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ApiError } from '../api-error.ts';
import { parseConfig, settings } from './config.ts';
import type { Config, ConfigProblem } from './config.ts';
import { readEnvironment } from './environment.ts';
import { nearestName } from './suggestion.ts';

export interface ConfigSources {
  /** A file that must exist. Without it `holdfast.json` in `folder` is read if there is one. */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Dotted setting names to values, from the command line. */
  readonly flags: ReadonlyMap<string, unknown>;
  /** What relative paths of flags and environment start from. */
  readonly folder: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Worth a line in the log, not a failure. */
  readonly warnings: readonly string[];
}

type Tree = { [name: string]: unknown };

// Settings that name files or folders.
const pathSettings = ['data', 'identityKey'];

/** Precedence: flag, then environment, then file, then default. Throws ApiError CONFIG_REFUSED with everything that is wrong. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const tree: Tree = readFile(sources);
  const environment = readEnvironment(sources.environment);
  for (const [setting, value] of [...environment.values, ...sources.flags]) {
    put(tree, setting.split('.'), pathSettings.includes(setting) ? resolve(sources.folder, String(value)) : value);
  }
  if (tree['data'] === undefined) tree['data'] = resolve(sources.folder, 'holdfast-data');
  const parsed = parseConfig(tree);
  if (parsed.kind === 'refused') throw refused(parsed.problems.map(describeProblem));
  return { config: parsed.config, warnings: environment.warnings };
}

const defaultFile = 'holdfast.json';

function readFile(sources: ConfigSources): Tree {
  const path = resolve(sources.folder, sources.file ?? defaultFile);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (sources.file === undefined && error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw refused([
      `The configuration file ${path} cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`,
    ]);
  }
  const tree = parseObject(text, path);
  for (const setting of pathSettings) {
    const value = tree[setting];
    if (typeof value === 'string') tree[setting] = resolve(dirname(path), value);
  }
  return tree;
}

function parseObject(text: string, path: string): Tree {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused([`${path} is not JSON: ${error instanceof Error ? error.message : 'unknown error'}`]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused([`${path} holds no JSON object.`]);
  return Object.fromEntries(Object.entries(value));
}

/** Sets a leaf without changing objects that came from elsewhere. Something that is no object on the way is left for the check. */
function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (rest.length === 0) {
    tree[name] = value;
    return;
  }
  const child = tree[name] ?? {};
  if (typeof child !== 'object' || Array.isArray(child)) return;
  const copy: Tree = { ...child };
  put(copy, rest, value);
  tree[name] = copy;
}

function describeProblem(problem: ConfigProblem): string {
  const place = problem.path.join('.');
  if (problem.unknownNames.length === 0) return `${place}: ${problem.message}.`;
  const known = settings.map((setting) => setting.path.join('.'));
  return problem.unknownNames
    .map((name) => {
      const full = place === '' ? name : `${place}.${name}`;
      const nearest = nearestName(full, known);
      return `There is no setting "${full}".${nearest === undefined ? '' : ` Did you mean "${nearest}"?`}`;
    })
    .join(' ');
}

function refused(problems: readonly string[]): ApiError {
  return new ApiError('CONFIG_REFUSED', {
    message: problems.join('\n'),
    hint: 'Settings come from flags, HOLDFAST_… variables and holdfast.json, in this order; docs/configuration.md lists them.',
    details: { problems },
  });
}
