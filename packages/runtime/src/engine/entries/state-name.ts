/** State keys travel as bytes and are text everywhere else. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** `undefined` for bytes that are not UTF-8. */
export function stateName(key: Uint8Array): string | undefined {
  try {
    return decoder.decode(key);
  } catch {
    return undefined;
  }
}

export function stateKeyBytes(name: string): Uint8Array {
  return encoder.encode(name);
}

/** The protocol sorts by UTF-8 bytes, which UTF-16 comparison does not do beyond the basic plane. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
