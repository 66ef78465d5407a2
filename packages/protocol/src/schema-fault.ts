/**
 * What makes a declared JSON Schema unusable for us, or undefined.
 *
 * Schemas are kept and shown, never used to validate a body, so this is no meta-schema check: it refuses what is no schema
 * at all, and references that someone would have to fetch, whose answer could change under a deployment that cannot.
 */
export function findSchemaFault(schema: unknown): string | undefined {
  if (typeof schema !== 'boolean' && !isRecord(schema)) return 'a JSON Schema is an object or a boolean';
  const ids = new Set<string>();
  const references = new Set<string>();
  const open: { readonly node: unknown; readonly depth: number }[] = [{ node: schema, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.depth > depthMax) return `it is nested deeper than ${depthMax} levels`;
    if (!isRecord(next.node) && !Array.isArray(next.node)) continue;
    for (const [keyword, value] of Object.entries(next.node)) {
      if (keyword === '$id' && typeof value === 'string') ids.add(withoutFragment(value));
      if (keyword === '$ref' && typeof value === 'string') references.add(value);
      if (!plainContent.has(keyword)) open.push({ node: value, depth: next.depth + 1 });
    }
  }
  const external = [...references].find(
    (reference) => !reference.startsWith('#') && !ids.has(withoutFragment(reference)),
  );
  return external === undefined ? undefined : `its reference to "${external}" leads outside of the schema`;
}

const depthMax = 200;

// Below these stands an instance, not a schema: a "$ref" there is a word.
const plainContent: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

function withoutFragment(uri: string): string {
  return uri.split('#', 1)[0] ?? uri;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
