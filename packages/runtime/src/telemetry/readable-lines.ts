import type { DestinationStream } from 'pino';

/** Turns JSON lines into `12:30:01 warn sentence name=value`, for eyes. Control characters of values stay escaped. */
export function readableLines(output: { write(text: string): unknown }): DestinationStream {
  return {
    write(line: string): void {
      output.write(`${readable(line)}\n`);
    },
  };
}

function readable(line: string): string {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) return line.trimEnd();
  const fields = new Map<string, unknown>(Object.entries(parsed));
  const take = (name: string): string => {
    const value = fields.get(name);
    fields.delete(name);
    return typeof value === 'string' ? value : '';
  };
  const time = take('time').slice(11, 19);
  const level = take('level').padEnd(5);
  const sentence = take('msg');
  const rest = [...fields].map(([name, value]) => ` ${name}=${readableValue(value)}`).join('');
  return `${time} ${level} ${sentence}${rest}`;
}

function readableValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@+-]+$/.test(value)) return value;
  return JSON.stringify(value);
}
