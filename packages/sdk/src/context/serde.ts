/** How a value becomes bytes in the journal and back. */
export interface Serde<T> {
  /** Of handler inputs and outputs, published in the manifest; `application/octet-stream` when left out. */
  readonly contentType?: string;
  serialize(value: T): Uint8Array;
  deserialize(bytes: Uint8Array): T;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const nothing = new Uint8Array(0);

/** JSON; `undefined` is no bytes at all. What JSON cannot say is lost as `JSON.stringify` loses it. */
export const jsonSerde: Serde<unknown> = {
  contentType: 'application/json',
  serialize: (value) => {
    const text = JSON.stringify(value) as string | undefined; // undefined for what JSON skips, whatever the declaration says
    return text === undefined ? nothing : encoder.encode(text);
  },
  deserialize: (bytes) => (bytes.length === 0 ? undefined : JSON.parse(decoder.decode(bytes))),
};

/** Bytes as they are. */
export const binarySerde: Serde<Uint8Array> = {
  contentType: 'application/octet-stream',
  serialize: (value) => value,
  deserialize: (bytes) => bytes,
};

/** The default where the author named no serde: values are what the types say, because the same program wrote them. */
export function serdeOrJson<T>(serde: Serde<T> | undefined): Serde<T> {
  return serde ?? (jsonSerde as Serde<T>);
}
