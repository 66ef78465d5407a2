/**
 * Endpoints that break the rules, as processes, over both versions of HTTP. Each costs its own invocation one attempt, which fails with a
 * code that says how and a message that says where; nothing of what was wrong is in the journal; and nobody else notices.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServiceProcess } from '../harness/service-process.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { TraceFile } from '../harness/trace-file.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { MisbehavingProcess } from './misbehaving-process.ts';
import { misbehaviours, serviceOf } from './misbehaviour.ts';
import { RuntimeProcess } from './runtime-process.ts';

interface Failures {
  readonly code?: string | null;
  readonly count: number;
}

describe.skipIf(chosenTarget() !== 'holdfast').each([
  ['HTTP/1.1', 'http1'],
  ['HTTP/2', 'http2'],
] as const)('over %s, an endpoint that', (_name, protocol) => {
  let folder: string;
  let runtime: RuntimeProcess;
  let neighbour: ServiceProcess;
  let endpoint: MisbehavingProcess;
  let calls = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-misbehaving-'));
    runtime = await RuntimeProcess.start({
      data: join(folder, 'data'),
      settings: {
        'defaults.inactivityTimeout': '300ms',
        'defaults.abortTimeout': '300ms',
        'defaults.retryPolicy.attemptsMax': 1,
        'defaults.retryPolicy.onMaxAttempts': 'pause',
      },
    });
    neighbour = await ServiceProcess.start({ module: 'counter', trace: new TraceFile(join(folder, 'trace.jsonl')) });
    await runtime.admin.register(neighbour.url);
    endpoint = await MisbehavingProcess.start(protocol);
    await runtime.admin.register(endpoint.url, { use_http_11: protocol === 'http1' });
  });
  afterAll(async () => {
    await endpoint?.kill();
    await neighbour?.kill();
    await runtime?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  // As %s, because vitest cuts what a $name stands for.
  test.each(misbehaviours.map((one) => [one.what, one] as const))('%s', async (_what, one) => {
    const { invocationId } = await runtime.ingress.send(`${serviceOf(one)}/go`);
    const paused = await runtime.admin.waitForStatus(invocationId, 'paused');
    calls += 1;
    const neighbours = await runtime.ingress.call(`Counter/${protocol}/add`, 1);

    expect(paused.last_failure_error_code).toBe(one.code);
    expect(paused.last_failure).toContain(endpoint.url);
    expect(paused.journal_size).toBe(1 + (one.kept ?? 0));
    expect(neighbours).toBe(calls);
    expect(endpoint.output).not.toContain('elsewhere');
  });

  test('resets two hundred streams hurts nobody else', async () => {
    const resetting = misbehaviours.find((one) => one.act.kind === 'reset');
    if (resetting === undefined) throw new Error('No misbehaviour resets streams.');
    await Promise.all(Array.from({ length: 200 }, () => runtime.ingress.send(`${serviceOf(resetting)}/go`)));
    const failures = async (): Promise<readonly Failures[]> =>
      runtime.admin.query<Failures>(
        `select last_failure_error_code as code, count(*) as count from sys_invocation
         where target_service_name = '${serviceOf(resetting)}' group by 1`,
      );

    // One after the other tries it, as with every endpoint that breaks before it answers.
    await waitUntil('some more have failed', async () =>
      (await failures()).some((one) => one.code === 'STREAM_LOST' && one.count >= 4),
    );
    const neighbours = await runtime.ingress.call(`Counter/${protocol}-beside/add`, 1);

    expect(neighbours).toBe(1);
    expect((await failures()).every((one) => [undefined, null, 'STREAM_LOST'].includes(one.code))).toBe(true);
  });
});
