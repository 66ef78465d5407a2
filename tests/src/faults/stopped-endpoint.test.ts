import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ServiceProcess } from '../harness/service-process.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { TraceFile } from '../harness/trace-file.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { RuntimeProcess } from './runtime-process.ts';

describe.skipIf(chosenTarget() !== 'holdfast')('a service process that is stopped', () => {
  let folder: string;
  let runtime: RuntimeProcess;
  const services: ServiceProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-stopped-'));
    runtime = await RuntimeProcess.start({
      data: join(folder, 'data'),
      settings: {
        'defaults.inactivityTimeout': '300ms',
        'defaults.abortTimeout': '300ms',
        'defaults.retryPolicy.initialInterval': '100ms',
        'defaults.retryPolicy.maxInterval': '200ms',
      },
    });
  });
  afterEach(async () => {
    for (const one of services.splice(0)) await one.kill();
    await runtime.kill();
    await rm(folder, { recursive: true, force: true });
  });

  async function startServices(module: string): Promise<ServiceProcess> {
    const service = await ServiceProcess.start({ module, trace: new TraceFile(join(folder, 'trace.jsonl')) });
    services.push(service);
    await runtime.admin.register(service.url);
    return service;
  }

  test('has its attempt aborted, hurts nobody else, and does the work once when it continues', async () => {
    const counter = await startServices('counter');
    await startServices('state-box');
    await runtime.ingress.call('Counter/k/add', 1);
    counter.freeze();

    const { invocationId } = await runtime.ingress.send('Counter/k/add', 10);
    const failure = await waitUntil('the attempt is aborted', async () => {
      return (await runtime.admin.findInvocation(invocationId))?.last_failure ?? undefined;
    });
    const other = await runtime.ingress.call('EagerBox/k/play', [{ op: 'keys' }]);
    counter.thaw();
    await runtime.ingress.attach(invocationId);

    expect(failure).toContain(counter.url);
    expect(other).toEqual([[]]);
    expect(await runtime.ingress.call('Counter/k/value')).toBe(11);
  });
});
