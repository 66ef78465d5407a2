/** A regular expression for the full names of tests with this title; what the title leaves to its cases stands for anything. */
export function titlePattern(title: string): RegExp {
  const placeholder = /%[sijdof]|\$\{[^}]*\}|\$\w+/;
  const parts = title.split(new RegExp(placeholder, 'g'));
  return new RegExp(parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*'), 's');
}
