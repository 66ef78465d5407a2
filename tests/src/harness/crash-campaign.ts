import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ticket } from '../services/tally.ts';
import { CrashLoad } from './crash-load.ts';
import { CrashNemesis } from './crash-nemesis.ts';
import { SeededRandom } from './seeded-random.ts';
import { ServiceProcess } from './service-process.ts';
import { TargetProcess } from './target-process.ts';
import { TraceFile } from './trace-file.ts';
import { waitUntil } from './wait-until.ts';

export interface CrashCampaignOptions {
  /** Processes to kill. */
  readonly kills: number;
  /** Repeats which work is sent and which processes are killed when; what a kill hits in the middle of still varies. */
  readonly seed: number;
  /** Hears how far it is, after each crash. */
  readonly onProgress?: (line: string) => void;
  /** Ends the kills early; what follows is checked as ever. */
  readonly signal?: AbortSignal;
}

export interface CrashReport {
  readonly seed: number;
  readonly kills: number;
  readonly acknowledged: number;
  /** Requests that had to be repeated because their outcome was unknown. */
  readonly repeats: number;
  /** Answers that denied a registered service. */
  readonly notFound: number;
  /** Additions whose place among those of their key was seen from outside. */
  readonly tickets: number;
  readonly summary: string;
  /** Each a broken promise, in a sentence; empty when all were kept. */
  readonly broken: readonly string[];
}

const settleMs = 120_000;
const workers = 8;

/**
 * Promises 1, 7 and 8 under random crashes: the runtime, the services, or all of them are killed with SIGKILL while work comes in.
 * Afterwards every acknowledged request has ended once, the sums add up exactly, every idempotency key is answered as the first time,
 * and no two additions to a key were under way at once.
 *
 * A caller whose connection broke does not know whether its request was accepted. It repeats the request with the same
 * idempotency key until it is told; that is the recipe the documentation gives, and what is tested here.
 */
export async function runCrashCampaign(options: CrashCampaignOptions): Promise<CrashReport> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
  const trace = new TraceFile(join(folder, 'trace.jsonl'));
  const target = await TargetProcess.start();
  const services: ServiceProcess[] = [];
  try {
    for (const module of ['tally', 'mover']) services.push(await ServiceProcess.start({ module, trace }));
    for (const service of services) await target.admin.register(service.url);
    await target.rememberServices();
    return await crash({ target, services, trace }, options);
  } finally {
    await Promise.allSettled([target.close(), ...services.map((one) => one.kill())]);
    await rm(folder, { recursive: true, force: true });
  }
}

interface CrashScene {
  readonly target: TargetProcess;
  readonly services: readonly ServiceProcess[];
  readonly trace: TraceFile;
}

async function crash({ target, services, trace }: CrashScene, options: CrashCampaignOptions): Promise<CrashReport> {
  const { seed, signal } = options;
  const load = new CrashLoad(target.ingress, seed);
  const nemesis = new CrashNemesis(target, services, new SeededRandom(seed));

  const working = load.start({ workers });
  await nemesis.rage(options.kills, {
    ...(signal === undefined ? {} : { signal }),
    onCrash: () => options.onProgress?.(`${nemesis.summary()}; ${load.acknowledged.length} requests acknowledged`),
  });
  load.stop();
  await working;
  await waitUntilAllCompleted(target);

  const tickets = trace.details('ticket') as Ticket[]; // written by the services of this campaign
  return {
    seed,
    kills: nemesis.kills,
    acknowledged: load.acknowledged.length,
    repeats: load.repeats,
    notFound: load.notFound,
    tickets: tickets.length,
    summary: nemesis.summary(),
    broken: [
      ...(await findWrongSums(target, load)),
      ...(await findFailed(target, load.acknowledged)),
      ...(await load.findChangedAnswers({ workers })),
      ...findSharedTickets(tickets),
    ],
  };
}

async function waitUntilAllCompleted(target: TargetProcess): Promise<void> {
  await waitUntil(
    'nothing but completed invocations is left',
    async () => {
      const open = await target.admin.query(
        `select id, target, status from sys_invocation where status <> 'completed' limit 5`,
      );
      if (open.length > 0) throw new Error(`open: ${JSON.stringify(open)}`);
      return true;
    },
    settleMs,
  );
}

/** Lost work is missing in the sums, doubled work is there twice. */
async function findWrongSums(target: TargetProcess, load: CrashLoad): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [key, { sum, count }] of Object.entries(load.expectedSums())) {
    const found = await target.ingress.call<{ sum: number; count: number }>(`Tally/${key}/read`);
    if (found.sum !== sum || found.count !== count)
      wrong.push(`Tally ${key} should be ${sum} of ${count} additions and is ${found.sum} of ${found.count}.`);
  }
  return wrong;
}

async function findFailed(target: TargetProcess, ids: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const id of ids) {
    const { status, text } = await target.ingress.output(id);
    if (status !== 200) failed.push(`${id} was acknowledged, and its output is ${status} ${text}.`);
  }
  return failed;
}

/** Who gets a number reads the count before and writes it afterwards; two who were under way at once would get the same one. */
function findSharedTickets(tickets: readonly Ticket[]): readonly string[] {
  const owners = new Map<string, string>();
  const shared: string[] = [];
  for (const { key, number, invocation } of tickets) {
    const place = `number ${number} of ${key}`;
    const owner = owners.get(place) ?? invocation;
    if (owner !== invocation) shared.push(`${place} was drawn by ${owner} and by ${invocation}.`);
    owners.set(place, owner);
  }
  return shared;
}
