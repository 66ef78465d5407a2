import type { ConformanceWorld } from './conformance-world.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Waits for the report of our SDK about a journal that does not fit, and answers it. On protocol 7 the invocation pauses at once, which Restate tells in
 * an event; else the failure stands with its retries.
 */
export function waitForMismatch(world: ConformanceWorld, invocationId: string): Promise<string> {
  return waitUntil(`the mismatch of ${invocationId} is reported`, async () => {
    const row = await world.admin.findInvocation(invocationId);
    const events =
      world.target.name === 'restate'
        ? await world.admin.query<{ event_json: string }>(
            `select event_json from sys_journal_events where id = '${invocationId}' and event_type = 'Paused'`,
          )
        : [];
    const texts = [row?.last_failure ?? '', ...events.map(({ event_json }) => event_json.replaceAll('\\"', '"'))];
    return texts.find((text) => text.includes('JOURNAL_MISMATCH'));
  });
}
