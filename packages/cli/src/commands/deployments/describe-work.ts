const kinds: Readonly<Record<string, string>> = {
  inTransit: 'in transit',
  retainedWorkflows: 'retained workflows',
};

/** Work that a deployment holds, such as "2 running, 1 suspended"; undefined when it holds none. */
export function describeWork(work: Readonly<Record<string, number>>): string | undefined {
  const held = Object.entries(work).filter(([, count]) => count > 0);
  if (held.length === 0) return undefined;
  return held.map(([kind, count]) => `${count} ${kinds[kind] ?? kind}`).join(', ');
}
