// Control characters move the cursor or paint the terminal; the directional ones make text read as something else.
// oxlint-disable-next-line no-control-regex -- these are the characters to escape.
const deceptive = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const shortForms: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text that others wrote, harmless and on one line: control characters are shown escaped. */
export function visible(text: string): string {
  return text.replaceAll(
    deceptive,
    (character) => shortForms[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same for text of several lines, which stay lines. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => visible(line))
    .join('\n');
}

/** A template whose values come from elsewhere: sentence`Removed ${id}.` */
export function sentence(texts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return texts.map((text, at) => text + visible(String(values[at] ?? ''))).join('');
}

/** JSON on one line. What JSON leaves alone and a terminal does not is escaped too; it stays the same JSON. */
export function visibleJson(value: unknown): string {
  return visible(JSON.stringify(value));
}
