/**
 * Kills the runtime and its services again and again while work comes in, and checks that nothing acknowledged is lost and nothing doubled.
 *
 *     npm run test:kills -- [--kills N] [--seed S] [--json]
 *
 * Ends with code 1 when a promise was broken. Ctrl-C ends the kills early; what was acknowledged until then is checked.
 */
import { parseArgs } from 'node:util';
import { runCrashCampaign } from './harness/crash-campaign.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(
    [
      'Usage: npm run test:kills -- [--kills N] [--seed S] [--json]',
      '',
      '  --kills N  processes to kill with SIGKILL, 200 unless said otherwise',
      '  --seed S   repeats the work and the victims of an earlier run',
      '  --json     prints the report as JSON',
      '',
      'Ctrl-C ends the kills early; what was acknowledged until then is checked.',
      '',
    ].join('\n'),
  );
} else {
  await main(Number(values.kills), Number(values.seed ?? Date.now() % 1_000_000_000));
}

async function main(kills: number, seed: number): Promise<void> {
  if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
    process.stderr.write('--kills and --seed take whole numbers. Try --help.\n');
    process.exitCode = 2;
    return;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.stderr.write(`Seed ${seed}.\n`);
  let toldAt = 0;
  const report = await runCrashCampaign({
    kills,
    seed,
    signal: stop.signal,
    onProgress: (line) => {
      if (Date.now() - toldAt < 5_000) return;
      toldAt = Date.now();
      process.stderr.write(`${line}\n`);
    },
  });
  if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    const { acknowledged, repeats, tickets, summary, broken } = report;
    process.stdout.write(
      `${summary}.\n${acknowledged} requests acknowledged, ${repeats} repeated because their outcome was unknown, ${tickets} additions seen from outside.\n`,
    );
    for (const one of broken.slice(0, 20)) process.stdout.write(`BROKEN: ${one}\n`);
    process.stdout.write(
      broken.length === 0
        ? `Nothing acknowledged was lost and nothing was doubled. Seed ${seed}.\n`
        : `${broken.length} broken. Repeat it with: npm run test:kills -- --kills ${kills} --seed ${seed}\n`,
    );
  }
  process.exitCode = report.broken.length === 0 ? 0 : 1;
}
