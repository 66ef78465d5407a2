/**
 * The engine is a pure function: what it decides follows from the view and the command alone. That is what lets a partition run a
 * command again after a load, and what lets the simulation repeat a schedule from its seed.
 */
import { expect, test } from 'vitest';
import { readText } from './repository.ts';
import { codeOf } from './source-file.ts';
import { readSourceMap } from './source-map.ts';

const map = readSourceMap();
const engine = [...map.product].filter((path) => path.startsWith('packages/runtime/src/engine/'));

/** What a pure function has no business with, and where it would get it from instead. */
const forbidden: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a clock: use env.now', /\bDate\b|\bperformance\b|\bTemporal\b|\bhrtime\b/],
  ['randomness: commands carry it', /\bMath\.random\b|\bcrypto\b|\brandomUUID\b/],
  ['timers: put a timer record', /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bnextTick\b/],
  ['waiting: raise Need', /\basync\b|\bawait\b|\bPromise\s*[.<(]|\.then\s*\(/],
  ['I/O: emit an effect', /\bprocess\s*[.[]|\bfetch\s*\(|\bconsole\b|\bglobalThis\b|\brequire\s*\(/],
];

test('the engine imports nothing but itself and the protocol', () => {
  const wrong = engine.flatMap((path) =>
    (map.files.get(path)?.imports ?? [])
      .filter(
        (one) =>
          one.specifier !== '@holdfast/protocol' && one.path?.startsWith('packages/runtime/src/engine/') !== true,
      )
      .map(({ line, specifier }) => `${path}:${line} imports ${specifier}`),
  );

  expect(engine.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});

test('the engine has no clock, no randomness, no I/O and never waits', () => {
  const wrong = engine.flatMap((path) => {
    const lines = codeOf(readText(path)).split('\n');
    return lines.flatMap((line, index) =>
      forbidden.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${path}:${index + 1} has ${what}`),
    );
  });

  expect(wrong).toEqual([]);
});

test('the replay machine of the SDK is pure too: it knows the protocol, its own errors and names, and nothing of time', () => {
  const home = 'packages/sdk/src/';
  const known = ['machine/', 'meaning/', 'error/sdk-error.ts'];
  const machine = [...map.product].filter((path) => path.startsWith(`${home}machine/`));
  const wrong = machine.flatMap((path) => [
    ...(map.files.get(path)?.imports ?? [])
      .filter(
        (one) =>
          one.specifier !== '@holdfast/protocol/wire' &&
          !known.some((place) => one.path?.startsWith(`${home}${place}`) === true),
      )
      .map(({ line, specifier }) => `${path}:${line} imports ${specifier}`),
    ...codeOf(readText(path))
      .split('\n')
      .flatMap((line, index) =>
        forbidden.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${path}:${index + 1} has ${what}`),
      ),
  ]);

  expect(machine.length).toBeGreaterThan(15);
  expect(wrong).toEqual([]);
});

test('the protocol does no I/O and has no clock', () => {
  const wrong = [...map.product]
    .filter((path) => path.startsWith('packages/protocol/src/'))
    .flatMap((path) => [
      ...(map.files.get(path)?.imports ?? [])
        .filter(({ specifier }) => specifier.startsWith('node:'))
        .map(({ line, specifier }) => `${path}:${line} imports ${specifier}`),
      ...(/\bDate\.now\b|\bset(?:Timeout|Interval)\b|\bfetch\s*\(|\bprocess\./.test(codeOf(readText(path)))
        ? [`${path} uses the clock or the network`]
        : []),
    ]);

  expect(wrong).toEqual([]);
});

test.each([
  'const at = Date.now();',
  'const dice = Math.random();',
  'const id = crypto.randomUUID();',
  'setTimeout(wake, 10);',
  'export async function load() {}',
  'await store.load();',
  'const later: Promise<void> = start();',
  'process.env.HOME;',
  'const text = `${Date.now()}`;',
])('impure code is recognised: %s', (code) => {
  expect(forbidden.some(([, pattern]) => pattern.test(codeOf(code)))).toBe(true);
});
