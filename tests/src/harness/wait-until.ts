const pollMs = 20;

/**
 * Waits until `probe` answers something else than `undefined` or `false`, and returns that answer.
 *
 * A probe that throws counts as "not yet". When the time is over, the error says what was waited for and what the last
 * probe said, so that a failing test explains itself.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last = 'the probe never said why';
  while (Date.now() < deadline) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      last = `the last probe answered ${String(answer)}`;
    } catch (error) {
      last = `the last probe failed: ${error instanceof Error ? error.message : String(error)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`Waited ${timeoutMs} ms until ${what}; ${last}.`);
}
