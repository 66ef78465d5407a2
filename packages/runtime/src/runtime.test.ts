import { createServer } from 'node:http2';
import type { Http2Server } from 'node:http2';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpointHandler, object, service } from '@restatedev/restate-sdk';
import type { Context, ObjectContext } from '@restatedev/restate-sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import { startRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';
import { openLog } from './telemetry/log.ts';

const log = openLog({ level: 'silent', format: 'json' });
const onFatal = (error: Error): never => {
  throw error;
};

let folder = '';
let endpoint: Http2Server | undefined;
let runtime: Runtime | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-runtime-'));
});
afterEach(async () => {
  await runtime?.close();
  runtime = undefined;
  endpoint?.close();
  await rm(folder, { recursive: true, force: true });
});

function configure(flags: Readonly<Record<string, unknown>> = {}): Config {
  const all = { data: join(folder, 'data'), 'ingress.port': 0, 'admin.port': 0, ...flags };
  return loadConfig({ file: undefined, environment: {}, flags: new Map(Object.entries(all)), folder }).config;
}

async function start(flags: Readonly<Record<string, unknown>> = {}): Promise<Runtime> {
  runtime = await startRuntime(configure(flags), { log, onFatal });
  return runtime;
}

/** Serves a greeter, and a counter whose awakeable ids are kept, with the published SDK. */
async function serve(): Promise<{ readonly uri: string; readonly awakeables: string[] }> {
  const awakeables: string[] = [];
  const greeter = service({
    name: 'Greeter',
    handlers: {
      greet: async (context: Context, name: string) => `${await context.run('greeting', () => 'Hello')}, ${name}!`,
      ask: async (context: Context) => {
        const { id, promise } = context.awakeable<string>();
        awakeables.push(id);
        return promise;
      },
    },
  });
  const counter = object({
    name: 'Counter',
    handlers: {
      add: async (context: ObjectContext, by: number) => {
        const sum = ((await context.get<number>('sum')) ?? 0) + by;
        context.set('sum', sum);
        return sum;
      },
    },
  });
  const server = createServer(createEndpointHandler({ services: [greeter, counter], logger: () => undefined }));
  endpoint = server;
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  return { uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, awakeables };
}

async function ask(
  url: string,
  body: unknown,
  method = 'POST',
): Promise<{ readonly status: number; readonly body: never }> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // Tests state what they expect of the shape.
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never };
}

test('a service on the published SDK is registered and called, and its objects count', async () => {
  const { uri } = await serve();
  const { ingressUrl, adminUrl } = await start();

  const registered = await ask(`${adminUrl}/deployments`, { uri });
  const greeted = await ask(`${ingressUrl}/Greeter/greet`, 'Ada');
  const counted = [await ask(`${ingressUrl}/Counter/k/add`, 2), await ask(`${ingressUrl}/Counter/k/add`, 3)];

  expect(registered.status).toBe(201);
  expect(greeted).toEqual({ status: 200, body: 'Hello, Ada!' });
  expect(counted.map((answer) => answer.body)).toEqual([2, 5]);
});

test('what waited when the runtime closed goes on after it is opened again', async () => {
  const { uri, awakeables } = await serve();
  const first = await start();
  const registered = await ask(`${first.adminUrl}/deployments`, { uri });
  const sent = await ask(`${first.ingressUrl}/Greeter/ask/send`, undefined);
  const { id } = registered.body as { readonly id: string };
  const { invocationId } = sent.body as { readonly invocationId: string };
  await expect.poll(() => awakeables.length, { timeout: 5_000 }).toBe(1);
  await first.close();

  const second = await start();
  const resolved = await ask(`${second.ingressUrl}/restate/awakeables/${awakeables[0] ?? ''}/resolve`, 'yes');
  const result = await ask(`${second.ingressUrl}/restate/invocation/${invocationId}/attach`, undefined, 'GET');

  expect(resolved.status).toBe(202);
  expect(result).toEqual({ status: 200, body: 'yes' });
  expect((await ask(`${second.adminUrl}/invocations/${invocationId}`, undefined, 'GET')).body).toMatchObject({
    status: 'completed',
    pin: { deployment: id },
  });
});

test('queries see what was committed', async () => {
  const { uri } = await serve();
  const { ingressUrl, adminUrl } = await start();
  await ask(`${adminUrl}/deployments`, { uri });
  await ask(`${ingressUrl}/Counter/k/add`, 2);

  const answer = await ask(`${adminUrl}/query`, { query: 'select target, status from sys_invocation' });
  const listed = await ask(`${adminUrl}/invocations?status=completed&key=k`, undefined, 'GET');

  expect(answer.body).toMatchObject({ rows: [{ target: 'Counter/k/add', status: 'completed' }] });
  expect(listed.body).toMatchObject({ invocations: [{ target: 'Counter/k/add' }] });
});

test('a second runtime on the same data is refused and leaves the first alone', async () => {
  const { adminUrl } = await start();

  await expect(startRuntime(configure(), { log, onFatal })).rejects.toMatchObject({ code: 'STORE_LOCKED' });

  expect((await ask(`${adminUrl}/health`, undefined, 'GET')).status).toBe(200);
});

test('a port that is taken is told, and nothing stays open', async () => {
  const first = await start();
  const taken = Number(new URL(first.ingressUrl).port);

  const second = startRuntime(configure({ data: join(folder, 'other'), 'ingress.port': taken }), { log, onFatal });
  await expect(second).rejects.toMatchObject({ code: 'PORT_IN_USE', details: { port: taken } });

  // The data directory of the failed one is free again.
  const third = await startRuntime(configure({ data: join(folder, 'other') }), { log, onFatal });
  await third.close();
});

test('listening beyond this machine needs an explicit choice', async () => {
  await expect(startRuntime(configure({ bind: '0.0.0.0' }), { log, onFatal })).rejects.toMatchObject({
    code: 'BIND_REFUSED',
  });
});

test('an identity key that cannot be read is refused before anything is opened', async () => {
  const config = configure({ identityKey: join(folder, 'absent.pem') });

  await expect(startRuntime(config, { log, onFatal })).rejects.toMatchObject({ code: 'IDENTITY_KEY_REFUSED' });
});

test('closing twice is closing once', async () => {
  const opened = await start();

  await Promise.all([opened.close(), opened.close()]);

  await expect(fetch(opened.adminUrl)).rejects.toThrow();
});
