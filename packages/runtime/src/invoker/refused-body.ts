import { sanitizeExcerpt } from './response-head.ts';

const bytesMax = 1_024;
const charactersMax = 200;

/** The beginning of a body that is no protocol stream: an error page, whose first words help whoever reads the failure. */
export class RefusedBody {
  #bytes = new Uint8Array(0);

  /** True when enough was read. */
  add(chunk: Uint8Array): boolean {
    const taken = chunk.subarray(0, bytesMax - this.#bytes.length);
    const grown = new Uint8Array(this.#bytes.length + taken.length);
    grown.set(this.#bytes);
    grown.set(taken, this.#bytes.length);
    this.#bytes = grown;
    return grown.length >= bytesMax;
  }

  excerpt(): string {
    return sanitizeExcerpt(new TextDecoder().decode(this.#bytes), charactersMax);
  }
}
