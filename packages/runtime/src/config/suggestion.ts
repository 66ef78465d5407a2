/** The name that was probably meant, if one is near enough. */
export function nearestName(typed: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  // A third of the letters wrong is still a slip; more is another word.
  let distance = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const name of names) {
    const found = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (found < distance) [nearest, distance] = [name, found];
  }
  return nearest;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
