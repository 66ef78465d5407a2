/**
 * What an operation costs the Holdfast runtime, by module, from a CPU profile of a real run.
 *
 *     npm run profile -- W2
 *     npm run profile -- W3 --concurrency 1 --seconds 20 --top 40
 *
 * The profiler itself slows the runtime down by a tenth or so: shares are right, sums are a little high.
 */
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitOnSignals } from '@holdfast/testing';
import { z } from 'zod';
import { repositoryFolder } from '../../../scripts/repository.ts';
import { describeCheckout, describeMachine } from '../machine.ts';
import { holdfastSide } from '../sides/holdfast-side.ts';
import { openOneServerStage } from '../workloads/stage.ts';
import { runLoop } from '../workloads/throughput.ts';
import { parseCpuProfile, selfTimes } from './cpu-profile.ts';
import type { FrameTime } from './cpu-profile.ts';
import { formatCosts } from './format-costs.ts';
import { costsOf } from './module-costs.ts';

const optionsSchema = z.object({
  workload: z.enum(['W1', 'W2', 'W3']),
  concurrency: z.coerce.number<string>().int().min(1).max(4096),
  seconds: z.coerce.number<string>().min(1).max(120),
  top: z.coerce.number<string>().int().min(1).max(1000),
});

type ProfileOptions = z.infer<typeof optionsSchema>;

const warmUpMs = 3_000;
const intervalUs = 200;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      concurrency: { type: 'string', default: '32' },
      seconds: { type: 'string', default: '10' },
      top: { type: 'string', default: '30' },
    },
  });
  const parsed = optionsSchema.safeParse({ ...values, workload: positionals[0] });
  if (!parsed.success) {
    process.stderr.write(`${z.prettifyError(parsed.error)}\nUsage: npm run profile -- W1|W2|W3 [--concurrency 32] `);
    process.stderr.write('[--seconds 10] [--top 30]\n');
    return 2;
  }
  const folder = join(repositoryFolder, '.cache', `profile-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    await profile(parsed.data, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return 0;
}

async function profile(options: ProfileOptions, folder: string): Promise<void> {
  const profiles = join(folder, 'profiles');
  const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-interval=${intervalUs}`];
  await using stage = await openOneServerStage(holdfastSide(describeCheckout(), nodeArgs), folder);
  const result = await runLoop(stage, stage.server, {
    workload: options.workload,
    concurrency: options.concurrency,
    warmUpMs,
    windowMs: options.seconds * 1000,
  });
  // Profiles are written when a process ends by itself; a file for each of its threads.
  await stage.server.stop();
  const times: FrameTime[] = [];
  for (const file of await readdir(profiles)) {
    const text = await readFile(join(profiles, file), 'utf8');
    times.push(...selfTimes(parseCpuProfile(text), result.startedAtMs, result.endedAtMs));
  }
  const { usage, operations } = result;
  const setting = [
    `${options.workload}, concurrency ${options.concurrency}: ${operations} operations in ${(usage.elapsedMs / 1000).toFixed(1)} s`,
    describeMachine(folder),
    `Holdfast ${describeCheckout()}, Node ${process.versions.node}, ${new Date().toISOString()}`,
    `The kernel counted ${((usage.serverCpuMs / operations) * 1000).toFixed(0)} us of CPU per operation; others used ${usage.othersCores.toFixed(2)} cores`,
  ];
  process.stdout.write(formatCosts(setting, costsOf(times, operations), options.top));
}

exitOnSignals();
process.exitCode = await main();
