/** Reads HTTP/1.1 answers from the bytes of a connection. As little as the load needs: a status and where the next answer begins. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Bytes of the connection that belong to this answer. */
  readonly byteLength: number;
}

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

/** Returns undefined while the answer is not complete. Throws when the bytes are no answer that a keep-alive connection can carry. */
export function readHttpAnswer(bytes: Buffer): HttpAnswer | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  if (!head.startsWith('HTTP/1.1 ') || !Number.isInteger(status)) throw new Error(`No HTTP/1.1 answer: ${head}`);
  const bodyStart = end + headEnd.length;

  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const byteLength = bodyStart + Number(length);
    if (bytes.length < byteLength) return undefined;
    return { status, body: bytes.subarray(bodyStart, byteLength), byteLength };
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return readChunks(bytes, bodyStart, status);
  if (status === 204 || status === 304) return { status, body: Buffer.alloc(0), byteLength: bodyStart };
  throw new Error(`An answer without a length ends the connection: ${head}`);
}

function readChunks(bytes: Buffer, bodyStart: number, status: number): HttpAnswer | undefined {
  const chunks: Buffer[] = [];
  let at = bodyStart;
  for (;;) {
    const sizeEnd = bytes.indexOf(lineEnd, at);
    if (sizeEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, sizeEnd), 16);
    if (!Number.isInteger(size)) throw new Error('A chunk begins without its size.');
    const chunkStart = sizeEnd + lineEnd.length;
    const next = chunkStart + size + lineEnd.length;
    if (bytes.length < next) return undefined;
    if (size === 0) return { status, body: Buffer.concat(chunks), byteLength: next };
    chunks.push(bytes.subarray(chunkStart, chunkStart + size));
    at = next;
  }
}
