/** Endpoints that are gone or hang. Their invocations wait; everybody else is served as if nothing had happened. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEndpoint, okFrames } from '../harness/fake-endpoint.ts';
import type { FakeEndpointOptions } from '../harness/fake-endpoint.ts';
import { freePort } from '../harness/free-port.ts';
import { ServiceProcess } from '../harness/service-process.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { TraceFile } from '../harness/trace-file.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { RefusingListener } from './refusing-listener.ts';
import { RuntimeProcess } from './runtime-process.ts';

const senders = 50;
const manifest = { name: 'Dead', ty: 'SERVICE', handlers: [{ name: 'go' }] };
const contentType = 'application/vnd.restate.invocation.v6';

interface Unreachable {
  readonly failures: number;
  readonly waiting: number;
  readonly last_error: string;
}

describe.skipIf(chosenTarget() !== 'holdfast')('an endpoint that does not answer', () => {
  let folder: string;
  let runtime: RuntimeProcess;
  const closers: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-dead-'));
  });
  afterEach(async () => {
    await runtime.kill();
    for (const close of closers.splice(0)) await close();
    await rm(folder, { recursive: true, force: true });
  });

  async function startRuntime(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    runtime = await RuntimeProcess.start({ data: join(folder, 'data'), settings });
    const counter = await ServiceProcess.start({
      module: 'counter',
      trace: new TraceFile(join(folder, 'trace.jsonl')),
    });
    closers.push(() => counter.kill());
    await runtime.admin.register(counter.url);
  }

  async function startEndpoint(options: FakeEndpointOptions): Promise<FakeEndpoint> {
    const endpoint = await FakeEndpoint.start(manifest, { protocolVersions: [6, 6], ...options });
    closers.push(() => endpoint.close());
    return endpoint;
  }

  /** The ids of the invocations, in the order of their acceptance by each sender. */
  async function sendMany(count: number): Promise<readonly string[]> {
    const ids: string[] = [];
    let sent = 0;
    const send = async (): Promise<void> => {
      while (sent < count) {
        sent += 1;
        ids.push((await runtime.ingress.send('Dead/go')).invocationId);
      }
    };
    await Promise.all(Array.from({ length: senders }, send));
    return ids;
  }

  async function countDead(where: string): Promise<number> {
    const [row] = await runtime.admin.query<{ readonly n: number }>(
      `select count(*) as n from sys_invocation where target_service_name = 'Dead' and ${where}`,
    );
    return row?.n ?? 0;
  }

  async function findUnreachable(deployment: string): Promise<Unreachable | undefined> {
    const answer = await runtime.admin.ask(`/deployments/${deployment}`);
    return answer.json<{ readonly unreachable?: Unreachable }>().unreachable;
  }

  test('is probed by one attempt at a time, and all that waits is done when it is back', async () => {
    await startRuntime();
    const port = await freePort();
    const before = await startEndpoint({ port });
    const deployment = await runtime.admin.register(before.url);
    await before.close();
    const listener = await RefusingListener.start(port);
    closers.push(() => listener.close());

    await sendMany(500);
    const start = await waitUntil('the deployment is unreachable', () => findUnreachable(deployment));
    const connectionsAtStart = listener.connections;
    const ids = await sendMany(500);
    const later = await waitUntil('more probes failed', async () => {
      const now = await findUnreachable(deployment);
      return now !== undefined && now.failures >= Math.max(5, start.failures + 1) ? now : undefined;
    });
    // One of each may be on its way between the two looks.
    const probes = later.failures - start.failures;
    expect(Math.abs(listener.connections - connectionsAtStart - probes)).toBeLessThanOrEqual(1);
    expect(later.last_error).toMatch(/could not be reached/);

    // Who was under way when the first attempt failed has tried too; who came later has not.
    expect(await countDead('attempts > 1 or last_failure is not null')).toBeLessThanOrEqual(
      senders + listener.connections,
    );
    const answers = Array.from({ length: 20 }, (_, call) => runtime.ingress.call(`Counter/k${call}/add`, 1));
    expect(await Promise.all(answers)).toEqual(answers.map(() => 1));

    const [killed = '', paused = ''] = ids.slice(-2);
    await runtime.admin.act(killed, 'kill');
    await runtime.admin.act(paused, 'pause');
    await runtime.admin.waitForStatus(paused, 'paused');
    expect((await runtime.admin.findInvocation(killed))?.status).toBe('completed');

    await listener.close();
    closers.pop();
    const back = await startEndpoint({
      port,
      onInvoke: (stream) => {
        stream.respond({ ':status': 200, 'content-type': contentType });
        stream.end(okFrames);
      },
    });
    await waitUntil('all are completed', async () => (await countDead("status = 'completed'")) === 999, 60_000);

    expect(back.attempts).toBe(998);
    expect(await countDead("status = 'completed' and completion_result = 'success'")).toBe(998);
    expect(await findUnreachable(deployment)).toBeUndefined();
    await runtime.admin.act(paused, 'resume');
    await runtime.admin.waitForStatus(paused, 'completed');
  });

  test('gets no memory for messages that it never ends, beyond its share', async () => {
    await startRuntime({ 'invoker.messageBytesMax': '4000000', 'invoker.bufferedBytesMax': '16000000' });
    const begun = Buffer.concat([Buffer.from('0401000000300000', 'hex'), Buffer.alloc(3_000_000)]);
    const endless = await startEndpoint({
      onInvoke: (stream) => {
        stream.respond({ ':status': 200, 'content-type': contentType });
        stream.write(begun);
      },
    });
    await runtime.admin.register(endless.url);

    await sendMany(6);
    await waitUntil('the others are cut off', async () => {
      return (await countDead("last_failure_error_code = 'RUNTIME_BUSY' and status = 'backing-off'")) >= 4;
    });
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, call) => runtime.ingress.call(`Counter/k${call}/add`, 1)),
    );

    expect(others).toEqual(others.map(() => 1));
    // At most two fit into eight megabytes, and one always does.
    expect([1, 2]).toContain(await countDead('last_failure_error_code is null'));
  });

  test('takes half of the places with attempts that hang, and leaves the rest to others', async () => {
    await startRuntime({ 'invoker.concurrentAttemptsMax': '40' });
    const hanging = await startEndpoint({});
    await runtime.admin.register(hanging.url);

    await sendMany(100);
    await waitUntil('its attempts hang', () => hanging.attempts >= 21);
    const answers = Array.from({ length: 20 }, (_, call) => runtime.ingress.call(`Counter/k${call}/add`, 1));

    expect(await Promise.all(answers)).toEqual(answers.map(() => 1));
    expect(hanging.attempts).toBe(21);
  });
});
