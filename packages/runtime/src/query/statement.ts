/** What a query may look like, before the database sees it. */

export type CheckedStatement =
  | { readonly kind: 'statement'; readonly sql: string }
  | { readonly kind: 'refused'; readonly message: string };

/** Quoted text, comments, words, and everything else character by character. */
const token =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[A-Za-z_][A-Za-z0-9_$]*|[\s\S]/g;

/**
 * Takes one reading statement. The column name `index`, which is a plain name in Restate's dialect and a keyword in this one, is quoted on
 * the way.
 */
export function checkStatement(text: string): CheckedStatement {
  const tokens = text.match(token) ?? [];
  const words = tokens.filter((one) => !/^\s$/.test(one) && !one.startsWith('--') && !one.startsWith('/*'));
  const end = words.indexOf(';');
  if (end !== -1 && words.slice(end).some((one) => one !== ';')) {
    return { kind: 'refused', message: 'One statement at a time: there is more after the first semicolon.' };
  }
  const first = words[0]?.toLowerCase();
  if (first === undefined || first === ';') return { kind: 'refused', message: 'The query is empty.' };
  if (first !== 'select' && first !== 'with' && first !== 'values') {
    return {
      kind: 'refused',
      message: `Queries only read: they begin with SELECT, WITH or VALUES, not with ${JSON.stringify(first)}.`,
    };
  }
  return { kind: 'statement', sql: tokens.map((one) => (one.toLowerCase() === 'index' ? '"index"' : one)).join('') };
}
