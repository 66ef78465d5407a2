/** Fresh seeds, one after the other, until the time is over, somebody stops it, or a promise breaks. */
import { describeReport } from './describe-report.ts';
import { simulate } from './simulate.ts';
import { SEEDS } from './simulation-options.ts';

export interface SeedCampaign {
  readonly minutes: number;
  readonly seedsMax: number;
  readonly keepGoing: boolean;
  /** Aborted: ends after the seed that runs. */
  readonly stop: AbortSignal;
  readonly tell: (text: string) => void;
  /** A line now and then. */
  readonly onProgress: (text: string) => void;
}

interface Totals {
  seeds: number;
  findings: number;
  invocations: number;
  attempts: number;
  crashes: number;
  failedCommits: number;
}

const PROGRESS_EVERY_MS = 10_000;

/** Resolves to the exit code. */
export async function runSeedCampaign(campaign: SeedCampaign): Promise<number> {
  const started = performance.now();
  const until = started + campaign.minutes * 60_000;
  const total: Totals = { seeds: 0, findings: 0, invocations: 0, attempts: 0, crashes: 0, failedCommits: 0 };
  let toldAt = started;
  let seed = Math.floor(Math.random() * SEEDS);
  while (performance.now() < until && total.seeds < campaign.seedsMax && !campaign.stop.aborted) {
    const report = await simulate(seed);
    total.seeds += 1;
    total.invocations += report.invocations;
    total.attempts += report.attempts;
    total.crashes += report.crashes;
    total.failedCommits += report.failedCommits;
    if (report.violations.length > 0) {
      total.findings += 1;
      campaign.tell(describeReport(report));
      if (!campaign.keepGoing) break;
    }
    if (performance.now() - toldAt > PROGRESS_EVERY_MS) {
      toldAt = performance.now();
      campaign.onProgress(`${describeTotals(total)}, ${Math.round((toldAt - started) / 1_000)} s\n`);
    }
    seed = (seed + 1) % SEEDS;
  }
  const verdict = total.findings === 0 ? 'No finding.' : `Seeds with a finding: ${total.findings}.`;
  const early = campaign.stop.aborted ? 'Ended early. ' : '';
  const seconds = Math.round((performance.now() - started) / 1_000);
  campaign.tell(`${early}${verdict} ${describeTotals(total)} in ${seconds} s\n`);
  if (total.findings > 0) return 1;
  return campaign.stop.aborted ? 130 : 0;
}

function describeTotals({ seeds, invocations, attempts, crashes, failedCommits }: Totals): string {
  return `${seeds} seeds, ${invocations} invocations, ${attempts} attempts, ${crashes} crashes, ${failedCommits} failed commits`;
}
