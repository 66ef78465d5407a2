/** Reads from the source which tests a file declares, without running it. */

/** One `test(…)`: its title, and whether the title stands for several tests. */
export interface DeclaredTitle {
  readonly title: string;
  readonly repeated: boolean;
}

const declaration =
  /^(?<indent> *)test(?<each>\.each\b[^]*?\)(?=\(\s*['"]))?\(\s*(?:'(?<single>(?:[^'\\\n]|\\.)*)'|"(?<double>(?:[^"\\\n]|\\.)*)")/gm;

export function declaredTitles(source: string): readonly DeclaredTitle[] {
  return [...source.matchAll(declaration)].map(({ groups }) => ({
    title: (groups?.['single'] ?? groups?.['double'] ?? '').replaceAll(/\\(.)/g, '$1'),
    repeated: groups?.['each'] !== undefined,
  }));
}

/** Whether a test that ran, by its own title, can be of this declaration. */
export function isDeclaredAs(ran: string, { title, repeated }: DeclaredTitle): boolean {
  if (!repeated) return ran === title;
  const literal = title.split(/%[a-z]/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join('[^]*')}$`).test(ran);
}
