import { expect, test } from 'vitest';
import { codeOf, importsOf, withoutComments } from './source-file.ts';

test('every form of import is found, with its line', () => {
  const text = [
    "import { a } from './a.ts';",
    'import {',
    '  b,',
    "} from '../b/b.ts';",
    "import type { C } from 'c';",
    "import './side.ts';",
    "export { d } from './d.ts';",
    "const late = await import('./late.ts');",
  ].join('\n');

  const imports = importsOf('packages/x/src/file.ts', text);

  expect(
    imports.map((one) => [one.line, one.specifier, one.path]).toSorted(([a], [b]) => Number(a) - Number(b)),
  ).toEqual([
    [1, './a.ts', 'packages/x/src/a.ts'],
    [2, '../b/b.ts', 'packages/x/b/b.ts'],
    [5, 'c', undefined],
    [6, './side.ts', 'packages/x/src/side.ts'],
    [7, './d.ts', 'packages/x/src/d.ts'],
    [8, './late.ts', 'packages/x/src/late.ts'],
  ]);
});

test('an import that a comment mentions is none', () => {
  expect(importsOf('a.ts', "// import { a } from './a.ts';\n/*\nimport './b.ts';\n*/\n")).toEqual([]);
});

test('code is what is left without comments, strings and regular expressions', () => {
  const text = "const a = 'Date // no'; // Date\nconst b = /Date'/.source; /* Date */ f(Date);";

  expect(codeOf(text).match(/Date/g)).toEqual(['Date']);
  expect(codeOf('const c = `now ${Date.now()}`;')).toContain('Date.now()');
  expect(codeOf(text).indexOf('f(Date)')).toBe(text.indexOf('f(Date)'));
});

test('texts stay where only comments go', () => {
  expect(withoutComments("const url = 'http://x'; // gone").trimEnd()).toBe("const url = 'http://x';");
});
