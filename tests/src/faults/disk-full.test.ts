/**
 * A disk without a free byte. New work is refused with a reason, what exists can be read, and when there is space again everything goes on
 * by itself. Needs the right to mount a small disk; skipped where there is none.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FakeEndpoint } from '../harness/fake-endpoint.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { startGoodEndpoint } from './good-endpoint.ts';
import { RuntimeProcess } from './runtime-process.ts';
import { canMount, SmallDisk } from './small-disk.ts';

const diskBytes = 16 * 1024 * 1024;

describe.skipIf(chosenTarget() !== 'holdfast' || !canMount())('while the disk is full', () => {
  let disk: SmallDisk;
  let endpoint: FakeEndpoint;
  let runtime: RuntimeProcess;

  beforeEach(async () => {
    const mounted = SmallDisk.mount(diskBytes);
    if (mounted === undefined) throw new Error('The disk could be mounted a moment ago.');
    disk = mounted;
    endpoint = await startGoodEndpoint();
    runtime = await RuntimeProcess.start({ data: join(disk.folder, 'data') });
    await runtime.admin.register(endpoint.url);
  });
  afterEach(async () => {
    await runtime.kill();
    await endpoint.close();
    disk.unmount();
  });

  /** Sends bodies that need pages of their own until one is refused; counts what was acknowledged meanwhile. */
  async function sendUntilRefused(): Promise<{ acknowledged: string[]; status: number; reason: string }> {
    const acknowledged: string[] = [];
    for (let sent = 0; sent < 500; sent++) {
      const answer = await runtime.ingress.ask('/Good/go/send', { raw: new Uint8Array(100_000) });
      if (answer.status !== 202) {
        return { acknowledged, status: answer.status, reason: answer.text };
      }
      acknowledged.push(answer.json<{ invocationId: string }>().invocationId);
    }
    throw new Error('The disk never was full.');
  }

  test('new work is refused, reads go on, and all goes on by itself when there is space', async () => {
    const before = await runtime.ingress.send('Good/go');
    await runtime.ingress.attach(before.invocationId);
    disk.fill();

    const { acknowledged, status, reason } = await sendUntilRefused();
    const whileFull = {
      status,
      reason,
      query: await runtime.admin.query<{ id: string }>(
        `select id from sys_invocation where id = '${before.invocationId}'`,
      ),
    };
    disk.free();
    await runtime.waitUntilHealthy();
    const afterwards = await waitUntil('work is accepted again', async () => runtime.ingress.call('Good/go'));
    const answers = await Promise.all(acknowledged.map((id) => runtime.ingress.attach(id)));

    expect(whileFull).toEqual({
      status: 503,
      reason: expect.stringContaining('STORE_FULL'),
      query: [{ id: before.invocationId }],
    });
    expect(afterwards).toBe('ok');
    expect(answers.map((one) => one.status)).toEqual(acknowledged.map(() => 200));
    expect(runtime.hasExited).toBe(false);
  });

  test('a runtime that is killed starts again when there is space, and has what it acknowledged', async () => {
    disk.fill();
    const { acknowledged } = await sendUntilRefused();

    await runtime.kill();
    disk.free();
    runtime = await RuntimeProcess.start({ data: join(disk.folder, 'data') });

    const answers = await Promise.all(acknowledged.map((id) => runtime.ingress.attach(id)));
    expect(answers.map((one) => one.status)).toEqual(acknowledged.map(() => 200));
    expect(await runtime.ingress.call('Good/go')).toBe('ok');
  });
});
