/** A table that people may query. Its columns are an interface: they are added to, never changed. */
export interface View {
  readonly name: string;
  /** A select over the tables of the store (schema step texts tell what is in them). */
  readonly sql: string;
}

/** RFC 3339 in UTC with milliseconds, from an expression in epoch milliseconds. */
export function timeText(expression: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', (${expression}) / 1000.0, 'unixepoch')`;
}

/** The three kinds of service, in Restate's words. */
export function serviceTypeText(expression: string): string {
  return `case ${expression} when 'object' then 'virtual_object' else ${expression} end`;
}
