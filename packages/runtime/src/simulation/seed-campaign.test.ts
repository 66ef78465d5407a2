import { expect, test } from 'vitest';
import { runSeedCampaign } from './seed-campaign.ts';

async function run(options: { readonly seedsMax: number; readonly stopped: boolean }): Promise<[number, string]> {
  const told: string[] = [];
  const code = await runSeedCampaign({
    minutes: Infinity,
    seedsMax: options.seedsMax,
    keepGoing: false,
    stop: options.stopped ? AbortSignal.abort() : new AbortController().signal,
    tell: (text) => void told.push(text),
    onProgress: () => undefined,
  });
  return [code, told.join('')];
}

test('a campaign ends after so many seeds and sums them up', async () => {
  const [code, told] = await run({ seedsMax: 2, stopped: false });

  expect(told).toMatch(/^No finding\. 2 seeds, \d+ invocations, /u);
  expect(code).toBe(0);
});

test('a campaign that somebody stopped does not pass for one that went through', async () => {
  const [code, told] = await run({ seedsMax: 2, stopped: true });

  expect(told).toMatch(/^Ended early\. No finding\. 0 seeds, /u);
  expect(code).toBe(130);
});
