import { waitUntil } from '@holdfast/testing';
import type { RunningServer } from '../sides/running-server.ts';

const timeoutMs = 60_000;
const everyMs = 200;

/** A fast server that lost something would win the bench; so the server itself must say that all work is done. */
export async function checkNothingLeft(server: RunningServer): Promise<void> {
  await waitUntil(
    `${server.side.title} has no unfinished invocation`,
    async () => ((await server.countInvocations(`status <> 'completed'`)) === 0 ? true : undefined),
    { timeoutMs, everyMs },
  );
}
