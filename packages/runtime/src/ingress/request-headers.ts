import type { IncomingMessage } from 'node:http';

// The handler sees what the caller sent, except what only concerns this connection or is passed in other ways.
const omitted = new Set(['connection', 'host', 'idempotency-key', 'idempotency-expires']);

/** Headers of the Input command: first the path with its query, then the caller's in their order, names in lower case. */
export function inputHeaders(request: IncomingMessage): readonly (readonly [name: string, value: string])[] {
  const headers: [string, string][] = [['x-restate-ingress-path', request.url ?? '/']];
  const { rawHeaders } = request;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!omitted.has(name)) headers.push([name, decodeHeaderValue(rawHeaders[at + 1] ?? '')]);
  }
  return headers;
}

/**
 * Node reads header bytes as Latin-1; most senders of other characters mean UTF-8. Bytes that are no UTF-8 stay as they were read.
 */
export function decodeHeaderValue(value: string): string {
  // oxlint-disable-next-line no-control-regex -- the range is ASCII, of which both encodings are the same.
  if (/^[\u0000-\u007f]*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? value : text;
}
