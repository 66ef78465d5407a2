let count = 0;

/** Returns a key, id or name that no other test of this run uses. */
export function unique(prefix: string): string {
  count += 1;
  return `${prefix}-${count}-${Math.random().toString(36).slice(2, 8)}`;
}
