/**
 * npm run simulate -- --help
 *
 * Looks for seeds that break a promise. A finding prints the promise and the command that repeats it, and ends with code 1.
 */
import { describeReport } from './describe-report.ts';
import { runSeedCampaign } from './seed-campaign.ts';
import { simulate } from './simulate.ts';
import { parseSimulationOptions, usage } from './simulation-options.ts';
import type { SimulationCommand } from './simulation-options.ts';

const tell = (text: string): void => void process.stdout.write(text);

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let command: SimulationCommand;
  try {
    command = parseSimulationOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  switch (command.kind) {
    case 'help':
      tell(usage);
      return 0;
    case 'campaign': {
      const onProgress = command.quiet ? (): void => undefined : (text: string) => void process.stderr.write(text);
      return runSeedCampaign({ ...command, stop: stopOnInterrupt(), tell, onProgress });
    }
    case 'seed':
      return repeat(command);
    case 'mutants': {
      // It needs the source, which only a checkout has.
      const { huntAll } = await import('./hunt-mutants.ts');
      return huntAll({ ...command, stop: stopOnInterrupt() }, tell);
    }
  }
}

async function repeat(command: Extract<SimulationCommand, { kind: 'seed' }>): Promise<number> {
  const { about, seed, traceLines } = command;
  const options = {
    ...(traceLines === undefined ? {} : { traceLines }),
    ...(about === undefined ? {} : { traceAbout: about }),
  };
  const report = await simulate(seed, options);
  // A report of a finding shows it anyway.
  if (report.violations.length === 0 && traceLines !== undefined) for (const line of report.trace) tell(`  ${line}\n`);
  tell(describeReport(report));
  return report.violations.length === 0 ? 0 : 1;
}

/** The first Ctrl-C asks for an end, the second one does not ask. */
function stopOnInterrupt(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  return stop.signal;
}
