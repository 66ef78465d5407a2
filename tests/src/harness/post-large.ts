import { request } from 'node:http';

// A server that looks at the announced length answers within this time; one that counts what it reads needs the body.
const answerToHeadMs = 300;

/**
 * Posts a body of `bodyBytes` zeros and returns the status.
 *
 * A server may refuse a body that is too large by its announced length, and close the connection without reading it. `fetch`
 * reports that as a broken pipe instead of the answer; so the head goes first, and the body only if there is no answer.
 */
export function postLarge(url: string, bodyBytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': bodyBytes },
      timeout: 30_000,
    });
    const sendBody = setTimeout(() => outgoing.end(Buffer.alloc(bodyBytes)), answerToHeadMs);
    outgoing.once('response', (response) => {
      clearTimeout(sendBody);
      response.resume();
      resolve(response.statusCode ?? 0);
      outgoing.destroy();
    });
    // After the answer this rejects a settled promise: the server closes early, as it may.
    outgoing.on('error', reject);
    outgoing.once('timeout', () => reject(new Error(`${url} did not answer within 30 s.`)));
    outgoing.flushHeaders();
  });
}
