import { settings } from '@holdfast/runtime';

/**
 * Gives the texts of flags the types that their settings have. A text that does not fit stays text, and a name that is no setting
 * stays in: the check of the whole configuration then names it.
 */
export function readSettings(texts: ReadonlyMap<string, string>): ReadonlyMap<string, unknown> {
  const types = new Map(settings.map((setting) => [setting.path.join('.'), setting.type]));
  return new Map([...texts].map(([name, text]) => [name, read(types.get(name), text)]));
}

function read(type: (typeof settings)[number]['type'] | undefined, text: string): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return text;
}
