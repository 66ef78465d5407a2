import type { FaultGroup, Proof } from './fault.ts';

/** The page of the documentation, from the list that is also tried: docs/faults.md. */
export function describeFaults(groups: readonly FaultGroup[]): string {
  const sections = groups.map(({ title, faults }) =>
    [
      `## ${title}`,
      '',
      '| what goes wrong | what Holdfast does | shown by |',
      '|---|---|---|',
      ...faults.map((one) => `| ${cell(one.fault)} | ${cell(one.answer)} | ${proofFiles(one).map(link).join(', ')} |`),
      '',
    ].join('\n'),
  );
  return `${introduction}\n${sections.join('\n')}`;
}

const introduction = `# What goes wrong, and what Holdfast does

Every row is a test. And every test is known to notice: \`npm run protections\` takes each protection out of a copy of the source, one at a time,
and the test must fail then. This page is made from the list that it works through, [scripts/protections](../scripts/protections/).

Two more commands look for what nobody has listed: \`npm run test:kills\` kills the runtime and its services at random under load, and
\`npm run simulate\` lives through thousands of worlds with crashes, lost writes and broken connections.
`;

function proofFiles(one: FaultGroup['faults'][number]): readonly string[] {
  const proofs: readonly Proof[] = [
    ...one.protections.map((protection) => protection.caughtBy),
    ...(one.alsoShownBy ?? []),
  ];
  return [...new Set(proofs.map((proof) => proof.file))];
}

function link(file: string): string {
  return `[${file.slice(file.lastIndexOf('/') + 1).replace('.test.ts', '')}](../${file})`;
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
