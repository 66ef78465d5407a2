/**
 * A disk that does not confirm what was written. After a failed sync nobody knows what is on the disk, and the kernel calls the next sync
 * a success; so the process must end without another acknowledgement, and the next one finds what was acknowledged.
 *
 * Needs strace, and the right to attach it to a process; skipped where there is none.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FakeEndpoint } from '../harness/fake-endpoint.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { startGoodEndpoint } from './good-endpoint.ts';
import { RuntimeProcess } from './runtime-process.ts';
import { canInjectFaults, SystemCallFault } from './system-call-fault.ts';

describe.skipIf(chosenTarget() !== 'holdfast' || !canInjectFaults)('a disk', () => {
  let folder: string;
  let endpoint: FakeEndpoint;
  let runtime: RuntimeProcess;
  let fault: SystemCallFault | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-sync-'));
    endpoint = await startGoodEndpoint();
    runtime = await RuntimeProcess.start({ data: folder });
    await runtime.admin.register(endpoint.url);
  });
  afterEach(async () => {
    await fault?.stop();
    fault = undefined;
    await runtime.kill();
    await endpoint.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends until the connection breaks or a request is refused, and returns what was acknowledged. */
  async function sendMany(count: number): Promise<readonly string[]> {
    const sent = await Promise.allSettled(Array.from({ length: count }, () => runtime.ingress.send('Good/go')));
    return sent.flatMap((one) => (one.status === 'fulfilled' ? [one.value.invocationId] : []));
  }

  test('that fails a sync ends the process, and what was acknowledged is there after the next start', async () => {
    const before = await sendMany(20);
    fault = await SystemCallFault.start(runtime.pid, 'fdatasync:error=EIO');

    const after = await sendMany(20);
    await runtime.waitUntilExited();

    expect([before.length, after.length]).toEqual([20, 0]);
    expect(runtime.output).toContain('STORE_SYNC_FAILED');
    await fault.stop();
    runtime = await RuntimeProcess.start({ data: folder });
    const answers = await Promise.all(before.map((id) => runtime.ingress.attach(id)));
    expect(answers.map((one) => one.status)).toEqual(before.map(() => 200));
  });

  test('that syncs slowly delays acknowledgements, and refuses and loses nothing', async () => {
    fault = await SystemCallFault.start(runtime.pid, 'fdatasync:delay_enter=1000000');

    const acknowledged = await sendMany(50);
    const isHealthy = await runtime.isHealthy();
    const syncs = fault.output.split('(DELAYED)').length - 1;
    await fault.stop();
    await runtime.kill();
    runtime = await RuntimeProcess.start({ data: folder });

    expect([acknowledged.length, isHealthy]).toEqual([50, true]);
    // Fifty requests share syncs; one each would have taken a minute.
    expect(syncs).toBeGreaterThan(0);
    expect(syncs).toBeLessThan(25);
    const answers = await Promise.all(acknowledged.map((id) => runtime.ingress.attach(id)));
    expect(answers.map((one) => one.status)).toEqual(acknowledged.map(() => 200));
  });
});
