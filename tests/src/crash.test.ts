/**
 * A short crash campaign with each run of the tests; `npm run test:kills` runs long ones.
 *
 * `HOLDFAST_CRASH_SEED` repeats the choices of a run that failed.
 */
import { expect, test } from 'vitest';
import { runCrashCampaign } from './harness/crash-campaign.ts';
import { expectedOn } from './harness/differences.ts';
import { chosenTarget } from './harness/target-command.ts';

const kills = 24;
const seed = Number(process.env['HOLDFAST_CRASH_SEED'] ?? Date.now() % 1_000_000_000);

test(
  `acknowledged work ends once, keys are answered the same, and sums are exact after kills (HOLDFAST_CRASH_SEED=${seed})`,
  { timeout: 300_000 },
  async () => {
    const report = await runCrashCampaign({ kills, seed });

    console.log(`${report.acknowledged} acknowledged, ${report.repeats} repeated, ${report.summary}, seed ${seed}`);
    expect(report.broken).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(100);
    expect(report.notFound).toBe(
      expectedOn(chosenTarget(), 'ready-means-registered', { restate: report.notFound, holdfast: 0 }),
    );
  },
);
