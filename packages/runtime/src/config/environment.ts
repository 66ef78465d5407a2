import { settings } from './config.ts';
import type { Setting } from './config.ts';
import { nearestName } from './suggestion.ts';

export interface EnvironmentSettings {
  /** Dotted setting names to values. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly warnings: readonly string[];
}

const prefix = 'HOLDFAST_';
// Read by other parts, not settings of the runtime.
const otherVariables = new Set(['HOLDFAST_ADMIN_URL', 'HOLDFAST_CONFIG', 'HOLDFAST_TARGET']);

/** `ingress.bodyBytesMax` is `HOLDFAST_INGRESS_BODY_BYTES_MAX`. */
export function variableOf(setting: Setting): string {
  return (
    prefix + setting.path.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')
  );
}

export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): EnvironmentSettings {
  const byVariable = new Map(settings.map((setting) => [variableOf(setting), setting]));
  const values = new Map<string, unknown>();
  const warnings: string[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || text === undefined || text === '' || otherVariables.has(variable)) continue;
    const setting = byVariable.get(variable);
    if (setting === undefined) {
      // Not an error: Kubernetes sets such variables for any service whose name begins with "holdfast".
      const nearest = nearestName(variable, byVariable.keys());
      warnings.push(`${variable} is no setting.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`);
    } else if (text.startsWith('tcp://')) {
      warnings.push(
        `${variable} is ignored: "${text.slice(0, 100)}" is what Kubernetes sets for a service of that name.`,
      );
    } else {
      values.set(setting.path.join('.'), parseText(setting, text));
    }
  }
  return { values, warnings };
}

/** Text that does not fit stays text, so that the check of the whole names the setting. */
function parseText(setting: Setting, text: string): unknown {
  if (setting.type === 'boolean')
    return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
  if (setting.type === 'string') return text;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
