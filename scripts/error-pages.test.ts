/** Each stable error code has a page that says what happened and what to do; no page outlives its code. */
import { expect, test } from 'vitest';
import { errorTable } from '../packages/runtime/src/errors.ts';
import { sdkErrorTitles } from '../packages/sdk/src/error/sdk-error.ts';
import { listFiles, readText } from './repository.ts';

/** Some codes stand in both: the SDK reports what the runtime then shows. */
const titles: Readonly<Record<string, string>> = {
  ...sdkErrorTitles,
  ...Object.fromEntries(Object.entries(errorTable).map(([code, { title }]) => [code, title])),
};
const codes = Object.keys(titles).toSorted();
const pages = listFiles('.md')
  .filter((path) => path.startsWith('docs/errors/') && path !== 'docs/errors/README.md')
  .map((path) => path.slice('docs/errors/'.length, -'.md'.length));

test('every error code has a page', () => {
  expect(codes.filter((code) => !pages.includes(code))).toEqual([]);
});

test('every error page has a code', () => {
  expect(pages.filter((page) => !codes.includes(page))).toEqual([]);
});

test('every page says what happened, why, and what to do', () => {
  const wrong = pages.filter((page) => {
    const text = readText(`docs/errors/${page}.md`);
    return !(
      text.startsWith(`# ${page}\n`) &&
      ['## What happened', '## Likely causes', '## What to do'].every((part) => text.includes(`\n${part}\n`))
    );
  });

  expect(wrong).toEqual([]);
});

test('the index lists every code with its title', () => {
  const index = readText('docs/errors/README.md');
  const missing = Object.entries(titles).filter(([code, title]) => !index.includes(`[${code}](${code}.md) | ${title}`));

  expect(missing.map(([code]) => code)).toEqual([]);
});
