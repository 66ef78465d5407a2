/**
 * Random numbers that a replay repeats: xoshiro256++, seeded by splitmix64 from the invocation's seed. The same numbers as the published TypeScript
 * SDK gives, so that a service can change its SDK between invocations.
 */
export class SeededRandom {
  readonly #words: [bigint, bigint, bigint, bigint];

  constructor(seed: bigint) {
    let state = seed;
    const next = (): bigint => {
      state = u64(state + 0x9e3779b97f4a7c15n);
      let mixed = u64((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
      mixed = u64((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
      return mixed ^ (mixed >> 31n);
    };
    this.#words = [next(), next(), next(), next()];
  }

  /** At least 0, below 1. */
  random(): number {
    return Number(this.#next() & 0x1f_ffff_ffff_ffffn) / 2 ** 53;
  }

  /** Version 4. */
  uuidv4(): string {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, this.#next(), true);
    view.setBigUint64(8, this.#next(), true);
    view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x40);
    view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  #next(): bigint {
    const words = this.#words;
    const result = u64(rotate(u64(words[0] + words[3]), 23n) + words[0]);
    const shifted = u64(words[1] << 17n);
    words[2] ^= words[0];
    words[3] ^= words[1];
    words[1] ^= words[2];
    words[0] ^= words[3];
    words[2] ^= shifted;
    words[3] = rotate(words[3], 45n);
    return result;
  }
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, bits: bigint): bigint {
  return u64(value << bits) | (value >> (64n - bits));
}
