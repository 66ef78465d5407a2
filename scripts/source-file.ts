/**
 * Reads what the house rules look at in a TypeScript file: its code without comments and texts, and what it imports.
 *
 * TypeScript 7 has no JavaScript API, and a parser would be a dependency for this alone. A scanner that knows comments, strings,
 * templates and regular expressions is enough, because the formatter has made the rest uniform.
 */
import { posix } from 'node:path';

export interface Import {
  /** As written: a relative path, a package or `node:…`. */
  readonly specifier: string;
  /** From the repository's root; only when `specifier` is relative. */
  readonly path: string | undefined;
  readonly line: number;
}

const importForms = [
  /^(?:import|export)\s[^;]*?\bfrom\s*'([^']+)'/gm,
  /^import\s*'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'\s*\)/g,
];

export function importsOf(file: string, text: string): readonly Import[] {
  const code = withoutComments(text);
  return importForms.flatMap((form) =>
    [...code.matchAll(form)].map((match): Import => {
      const specifier = match[1] ?? '';
      const isRelative = specifier.startsWith('.');
      return {
        specifier,
        path: isRelative ? posix.join(posix.dirname(file), specifier) : undefined,
        line: code.slice(0, match.index).split('\n').length,
      };
    }),
  );
}

/** Blanks out comments; line numbers and columns stay. */
export function withoutComments(text: string): string {
  return blank(text, { comments: true, texts: false });
}

/** Blanks out comments, strings and regular expressions. Templates stay whole, because they may hold code. */
export function codeOf(text: string): string {
  return blank(text, { comments: true, texts: true });
}

const token =
  /(?<comment>\/\/[^\n]*|\/\*[^]*?\*\/)|(?<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(?<template>`(?:[^`\\]|\\[^])*`)|(?<regex>(?<=[(,=:?[!&|{};+\n]\s*|return\s+)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/)/g;

function blank(text: string, what: { readonly comments: boolean; readonly texts: boolean }): string {
  return text.replace(token, (...found) => {
    const [whole] = found;
    const groups: unknown = found.at(-1);
    if (typeof groups !== 'object' || groups === null) return whole;
    const is = (name: string): boolean => name in groups && Reflect.get(groups, name) !== undefined;
    const goes = (is('comment') && what.comments) || (is('text') && what.texts) || (is('regex') && what.texts);
    return goes ? whole.replace(/[^\n]/g, ' ') : whole;
  });
}
