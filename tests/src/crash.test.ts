/**
 * Promise 1 and 8 under random crashes: the runtime, the services, or all of them are killed with SIGKILL while work comes in.
 * Afterwards every acknowledged request has ended once, and the sums add up exactly.
 *
 * A caller whose connection broke does not know whether its request was accepted. It repeats the request with the same
 * idempotency key until it is told; that is the recipe the documentation gives, and what is tested here.
 *
 * `HOLDFAST_CRASH_SECONDS` sets how long there are crashes, `HOLDFAST_CRASH_SEED` repeats their choices.
 */
import { expect, test } from 'vitest';
import { useWorld } from './harness/conformance-world.ts';
import { CrashLoad } from './harness/crash-load.ts';
import { CrashNemesis } from './harness/crash-nemesis.ts';
import { SeededRandom } from './harness/seeded-random.ts';
import { waitUntil } from './harness/wait-until.ts';

const seconds = Number(process.env['HOLDFAST_CRASH_SECONDS'] ?? 40);
const seed = Number(process.env['HOLDFAST_CRASH_SEED'] ?? Date.now() % 1_000_000_000);
const settleMs = 120_000;

const world = useWorld({ services: { module: 'tally' } });

test(
  `acknowledged work ends once and counters add up exactly (HOLDFAST_CRASH_SEED=${seed})`,
  { timeout: seconds * 1000 + settleMs + 60_000 },
  async () => {
    const mover = await world().startServices({ module: 'mover' });
    await world().register(mover);
    await world().target.rememberServices();
    const load = new CrashLoad(world().ingress, seed);
    const nemesis = new CrashNemesis(world().target, [world().services, mover], new SeededRandom(seed));

    const working = load.start({ workers: 8 });
    await nemesis.rage(seconds * 1000);
    load.stop();
    await working;
    await waitUntil(
      'nothing but completed invocations is left',
      async () => {
        const open = await world().admin.query(
          `select id, target, status from sys_invocation where status <> 'completed' limit 5`,
        );
        if (open.length > 0) throw new Error(`open: ${JSON.stringify(open)}`);
        return true;
      },
      settleMs,
    );

    const sums: Record<string, unknown> = {};
    for (const key of load.keys) sums[key] = await world().ingress.call(`Tally/${key}/read`);
    const outcomes = new Map<number, number>();
    for (const id of load.acknowledged) {
      const { status } = await world().ingress.output(id);
      outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
    }
    console.log(
      `crash test: ${load.acknowledged.size} acknowledged, ${load.repeats} repeated, ${nemesis.summary()}, seed ${seed}`,
    );
    expect(sums).toEqual(load.expectedSums());
    expect(outcomes).toEqual(new Map([[200, load.acknowledged.size]]));
    expect(load.acknowledged.size).toBeGreaterThan(100);
    expect(load.notFound).toBe(
      world().target.differs('ready-means-registered', { restate: load.notFound, holdfast: 0 }),
    );
  },
);
