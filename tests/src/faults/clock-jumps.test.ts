/**
 * A wall clock that is set while the runtime runs. Timers neither fire early by more than the clock itself jumped, nor twice, nor hours late;
 * and time limits of attempts hold.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ServiceProcess } from '../harness/service-process.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { TraceFile } from '../harness/trace-file.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { MovableClock } from './movable-clock.ts';
import { RuntimeProcess } from './runtime-process.ts';

const hourMs = 3_600_000;
const delayMs = 3_000;

describe.skipIf(chosenTarget() !== 'holdfast')('when the wall clock is set', () => {
  let folder: string;
  let clock: MovableClock;
  let trace: TraceFile;
  let runtime: RuntimeProcess;
  const services: ServiceProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-clock-'));
    clock = new MovableClock(folder);
    trace = new TraceFile(join(folder, 'trace.jsonl'));
    runtime = await startRuntime();
    const sleeper = await ServiceProcess.start({ module: 'sleeper', trace, env: clock.env });
    services.push(sleeper);
    await runtime.admin.register(sleeper.url);
  });
  afterEach(async () => {
    for (const one of services.splice(0)) await one.kill();
    await runtime.kill();
    clock.close();
    await rm(folder, { recursive: true, force: true });
  });

  function startRuntime(): Promise<RuntimeProcess> {
    return RuntimeProcess.start({
      data: join(folder, 'data'),
      env: clock.env,
      settings: { 'defaults.inactivityTimeout': '300ms', 'defaults.abortTimeout': '300ms' },
    });
  }

  /** Sends a call that is due after `delayMs`, and returns when that is by the clock of the machine. */
  async function sendLater(name: string): Promise<number> {
    const sentAt = Date.now();
    await runtime.ingress.send('Sleeper/ring', name, { query: `delay=${delayMs}ms` });
    return sentAt + delayMs;
  }

  async function rangAt(name: string): Promise<number> {
    return Number(await trace.waitForDetail(`ring ${name}`));
  }

  test('back by hours, timers from before and after it fire once, not early and not hours late', async () => {
    const dueBefore = await sendLater('before');
    clock.set(-2 * hourMs);
    const dueAfter = await sendLater('after');
    const slept = await runtime.ingress.call<number>('Sleeper/sleep', 1_000);

    expect(await rangAt('before')).toBeGreaterThanOrEqual(dueBefore);
    expect(await rangAt('after')).toBeGreaterThanOrEqual(dueAfter);
    expect(slept).toBeGreaterThanOrEqual(1_000);
    expect([trace.count('ring before'), trace.count('ring after')]).toEqual([1, 1]);
  });

  test('back by hours, a service process that hangs is given up all the same', async () => {
    const [sleeper] = services;
    await runtime.ingress.call('Sleeper/ring', 'warm');
    sleeper?.freeze();
    const { invocationId } = await runtime.ingress.send('Sleeper/ring', 'frozen');
    await runtime.admin.waitForStatus(invocationId, 'running');

    clock.set(-2 * hourMs);
    const failure = await waitUntil('the attempt is aborted', async () => {
      return (await runtime.admin.findInvocation(invocationId))?.last_failure ?? undefined;
    });
    sleeper?.thaw();

    expect(failure).toContain(sleeper?.url);
  });

  test('ahead, what that makes due fires soon and once, and what is set afterwards is not early', async () => {
    await runtime.ingress.send('Sleeper/ring', 'skipped', { query: 'delay=90m' });
    clock.set(2 * hourMs);
    const dueAfter = await sendLater('after');

    await waitUntil('the skipped timer has fired', () => trace.count('ring skipped') > 0, 60_000);
    expect(await rangAt('after')).toBeGreaterThanOrEqual(dueAfter);
    expect(trace.count('ring skipped')).toBe(1);
  });

  test('ahead while the runtime stands still, as when a machine sleeps, all goes on and nothing twice', async () => {
    const sleeps = Array.from({ length: 10 }, () => runtime.ingress.call<number>('Sleeper/sleep', 2_000));
    await runtime.ingress.send('Sleeper/ring', 'overslept', { query: 'delay=1h' });
    const accepted = await waitUntil('all are accepted', async () => {
      const rows = await runtime.admin.query('select id from sys_invocation');
      return rows.length === sleeps.length + 1;
    });

    runtime.freeze();
    clock.set(2 * hourMs);
    runtime.thaw();
    const slept = await Promise.all(sleeps);
    await waitUntil('what was due during the sleep is done', () => trace.count('ring overslept') > 0, 60_000);

    expect(accepted).toBe(true);
    expect(slept.length).toBe(10);
    expect(trace.count('ring overslept')).toBe(1);
  });

  test('back while the runtime is down, timers fire once and not early', async () => {
    const due = await sendLater('kept');
    await runtime.kill();
    clock.set(-1_000);
    runtime = await startRuntime();

    expect(await rangAt('kept')).toBeGreaterThanOrEqual(due);
    expect(trace.count('ring kept')).toBe(1);
  });
});
