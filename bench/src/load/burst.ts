import { monotonicMs } from '../measure/monotonic-ms.ts';
import { failureOf } from './closed-loop.ts';
import { HttpConnection } from './http-connection.ts';
import type { Burst, BurstResult } from './load-question.ts';
import { requestBytes } from './request-bytes.ts';

export async function runBurst(burst: Burst): Promise<BurstResult> {
  const connections = await Promise.all(
    Array.from({ length: Math.min(burst.connections, burst.requests.length) }, () => HttpConnection.open(burst.port)),
  );
  const requests = burst.requests.map(({ path, body }) => ({ path, bytes: requestBytes(burst.port, path, body) }));
  let sent = 0;
  const sendNext = async (connection: HttpConnection): Promise<void> => {
    for (let request = requests[sent++]; request !== undefined; request = requests[sent++]) {
      const { bytes, path } = request;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      connection.send(bytes, (outcome) => {
        const failure = failureOf(outcome, path);
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      });
      await promise;
    }
  };
  try {
    const startedAtMs = monotonicMs();
    await Promise.all(connections.map(sendNext));
    return { startedAtMs, endedAtMs: monotonicMs() };
  } finally {
    for (const connection of connections) connection.close();
  }
}
