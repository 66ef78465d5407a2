/**
 * Reads durations as people and clients write them: `700ms`, `60 sec`, `1h 30m`, `2 days`, ISO 8601 `PT0.5S`, `P1DT2H`.
 * Months and years have no fixed length and are refused.
 */
const unitMs: ReadonlyMap<string, number> = new Map([
  ...units(1e-6, ['ns', 'nsec', 'nanos']),
  ...units(1e-3, ['us', 'usec', 'micros', 'µs']),
  ...units(1, ['ms', 'msec', 'millis', 'millisecond', 'milliseconds']),
  ...units(1_000, ['s', 'sec', 'secs', 'second', 'seconds']),
  ...units(60_000, ['m', 'min', 'mins', 'minute', 'minutes']),
  ...units(3_600_000, ['h', 'hr', 'hrs', 'hour', 'hours']),
  ...units(86_400_000, ['d', 'day', 'days']),
  ...units(604_800_000, ['w', 'week', 'weeks']),
]);

function units(ms: number, names: readonly string[]): [string, number][] {
  return names.map((name) => [name, ms]);
}

const textLengthMax = 64;
/** Ten thousand years: a longer duration is a mistake, and times must stay exact numbers. */
const durationMaxMs = 10_000 * 365.25 * 86_400_000;

/** Milliseconds, rounded up to a whole one; undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > textLengthMax) return undefined;
  const ms = /^[Pp]/.test(trimmed) ? parseIso(trimmed.toUpperCase()) : parseUnits(trimmed);
  return ms === undefined || ms > durationMaxMs ? undefined : Math.ceil(ms);
}

const isoPattern =
  /^P(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/;
const isoUnitsMs = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];

function parseIso(text: string): number | undefined {
  const parts = isoPattern.exec(text)?.slice(1);
  if (parts === undefined || text.endsWith('T') || parts.every((part) => part === undefined)) return undefined;
  return parts.reduce((sum, part, at) => sum + Number((part ?? '0').replace(',', '.')) * (isoUnitsMs[at] ?? 0), 0);
}

function parseUnits(text: string): number | undefined {
  if (text === '0') return 0;
  const pattern = /\s*(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*/gy;
  let sum = 0;
  let end = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const ms = unitMs.get(match[2] ?? '');
    if (ms === undefined) return undefined;
    sum += Number(match[1]) * ms;
    end = pattern.lastIndex;
  }
  return end === text.length ? sum : undefined;
}

const readable: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
  [1, 'ms'],
];

/** The two largest units, as `parseDuration` reads them: `2d 3h`, `1m 5s`, `0s`. */
export function formatDuration(durationMs: number): string {
  let rest = Math.max(0, Math.round(durationMs));
  const parts: string[] = [];
  for (const [ms, name] of readable) {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    if (count > 0) parts.push(`${count}${name}`);
  }
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ');
}
