/** House rules that a linter cannot know. Each failure says where, and what the rule is for. */
import { expect, test } from 'vitest';
import { listFiles, readText } from './repository.ts';
import { codeOf } from './source-file.ts';

const files = listFiles();
const sources = files.filter((path) => path.endsWith('.ts'));
const texts = files.filter(
  (path) => /\.(?:ts|js|json|md|yml|yaml|sh)$|^\.ci\/|^\.npmrc$/.test(path) && path !== 'package-lock.json',
);
// The rules themselves name what they forbid.
const ruled = texts.filter((path) => !/^scripts\/(?:tidy|engine-purity)\.test\.ts$/.test(path));

const linesMax = 600;
const forbiddenFileNames = ['base', 'common', 'helper', 'helpers', 'manager', 'misc', 'types', 'util', 'utils'];

test(`no file is longer than ${linesMax} lines`, () => {
  const long = sources
    .map((path) => ({ path, lines: readText(path).split('\n').length - 1 }))
    .filter(({ lines }) => lines > linesMax);

  expect(long).toEqual([]);
});

test('a file is named after its one idea, in kebab-case', () => {
  const wrong = sources.filter((path) => {
    const [name = ''] = path.slice(path.lastIndexOf('/') + 1).split('.');
    return !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || forbiddenFileNames.includes(name);
  });

  expect(wrong).toEqual([]);
});

test('no name says data, info, or that something is the new one', () => {
  const declaration = /^\s*(?:export\s+)?(?:async\s+)?(?:function|class|interface|type)\s+(\w+)/gm;
  const wrong = sources.flatMap((path) =>
    [...codeOf(readText(path)).matchAll(declaration)]
      .map((match) => match[1] ?? '')
      .filter((name) =>
        /^(?:data|info|handle|process)$|(?:^data|^info|Data|Info)(?=[A-Z]|$)|^new[A-Z]|(?:New|Old|V\d)$/.test(name),
      )
      .map((name) => `${path}: ${name}`),
  );

  expect(wrong).toEqual([]);
});

test('the root holds the workspaces, the documents and the configuration of tools, nothing else', () => {
  const allowed = new Set(
    (
      'ARCHITECTURE.md CONTRIBUTING.md GLOSSARY.md LICENSE README.md SECURITY.md package.json package-lock.json tsconfig.json ' +
      'tsconfig.base.json vitest.config.ts .gitignore .npmrc .oxfmtrc.json .oxlintrc.json .ci .github .changeset bench ' +
      'catalogue docs examples packages scripts tests'
    ).split(' '),
  );

  expect([...new Set(files.map((path) => path.split('/')[0] ?? ''))].filter((name) => !allowed.has(name))).toEqual([]);
});

test('there are no plans, notes or diaries', () => {
  const stray =
    /(?:^|[/_.-])(?:plan|plans|notes?|todo|progress|scratch|diary|draft|claude|agents)(?:[_.-]|$)[^/]*\.(?:md|txt)$/i;

  expect(files.filter((path) => stray.test(path) || /\.(?:orig|rej|bak|swp)$/.test(path))).toEqual([]);
});

test('no file names a folder of one machine', () => {
  expect(linesWith(/(?<![\w.@}])\/(?:home|root|Users|work|workspace)\/[\w.-]+/)).toEqual([]);
});

test('no file names the host of a package registry', () => {
  expect(linesWith(/\bregistry\.(?:npmjs|yarnpkg|npmmirror)\b|\bnpm\.pkg\.github\b|\bpypi\.org\b/)).toEqual([]);
});

test('the lock file names no registry, so that any mirror serves it', () => {
  const lock: unknown = JSON.parse(readText('package-lock.json'));

  expect(JSON.stringify(lock)).not.toMatch(/"resolved":"https?:/);
});

test('nothing is left to do without an issue', () => {
  expect(linesWith(/\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/)).toEqual([]);
});

test('only programs print to the console; everything else logs or returns', () => {
  const printers =
    /^(?:packages\/cli|bench|catalogue|examples|scripts|tests\/src\/harness|tests\/src\/run-)|\/simulation\/|\.test\.ts$/;
  const wrong = sources.filter((path) => !printers.test(path) && /\bconsole\s*\./.test(codeOf(readText(path))));

  expect(wrong).toEqual([]);
});

test('every link of a document leads to a file', () => {
  const link = /\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g;
  const broken = files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...withoutCode(readText(path)).matchAll(link)]
        .map((match) => resolve(path, match[1] ?? ''))
        .filter((target) => !files.some((file) => file === target || file.startsWith(`${target}/`)))
        .map((target) => `${path} links to ${target}`),
    );

  expect(broken).toEqual([]);
});

test('every heading that a document links to exists', () => {
  const link = /\]\(([^)\s#:]*)#([^)]+)\)/g;
  const broken = files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...withoutCode(readText(path)).matchAll(link)]
        .map((match) => ({ target: match[1] === '' ? path : resolve(path, match[1] ?? ''), anchor: match[2] ?? '' }))
        .filter(
          ({ target, anchor }) =>
            target.endsWith('.md') && files.includes(target) && !anchorsOf(target).includes(anchor),
        )
        .map(({ target, anchor }) => `${path} links to ${target}#${anchor}`),
    );

  expect(broken).toEqual([]);
});

function linesWith(pattern: RegExp): readonly string[] {
  return ruled.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 100)}`] : [])),
  );
}

function resolve(from: string, link: string): string {
  const url = new URL(link, `file:///${from}`);
  return decodeURIComponent(url.pathname).replace(/^\//, '').replace(/\/$/, '');
}

/** Links in code are examples. */
function withoutCode(markdown: string): string {
  return markdown.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

function anchorsOf(path: string): readonly string[] {
  return [...readText(path).matchAll(/^#+\s+(.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}
