/** Callers who hold on to connections, ask for what is not theirs, or hide commands in texts. Each is refused, and nobody else waits for it. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServiceProcess } from '../harness/service-process.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { TraceFile } from '../harness/trace-file.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { RuntimeProcess } from './runtime-process.ts';

const escape = String.fromCodePoint(27);
const slowClients = 200;

describe.skipIf(chosenTarget() !== 'holdfast')('a runtime', () => {
  let folder: string;
  let runtime: RuntimeProcess;
  let service: ServiceProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-hostile-'));
    runtime = await RuntimeProcess.start({
      data: join(folder, 'data'),
      settings: { 'query.timeout': '1s', 'ingress.bodyIdle': '1s', 'log.level': 'debug', 'log.format': 'readable' },
    });
    service = await ServiceProcess.start({ module: 'greeter', trace: new TraceFile(join(folder, 'trace.jsonl')) });
    await runtime.admin.register(service.url);
  });
  afterAll(async () => {
    await service?.kill();
    await runtime?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  function open(url: string, bytes: string): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' }, () => {
        socket.write(bytes);
        resolve(socket);
      });
      socket.resume();
      socket.once('error', reject);
    });
  }

  async function countInvocations(): Promise<number> {
    const [row] = await runtime.admin.query<{ count: number }>('select count(*) as count from sys_invocation');
    return row?.count ?? 0;
  }

  test('lets go of clients that never finish their headers, on both ports', async () => {
    const half = 'POST /Greeter/greet HTTP/1.1\r\nhost: localhost\r\nx-slow: a';
    const urls = Array.from({ length: slowClients }, (_, index) =>
      index % 2 === 0 ? runtime.ingress.url : runtime.admin.url,
    );
    const sockets = await Promise.all(urls.map((url) => open(url, half)));

    const meanwhile = await runtime.ingress.ask('/Greeter/greet', { json: 'all' });
    await waitUntil('every slow client is let go', () => sockets.every((one) => one.closed), 30_000);

    expect(meanwhile.status).toBe(200);
  });

  test('lets go of a client that never finishes its body, and accepts nothing', async () => {
    const before = await countInvocations();
    let answer = '';
    const socket = await open(
      runtime.ingress.url,
      'POST /Greeter/greet HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n"',
    );
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));

    await waitUntil('the client is told', () => answer.includes('BODY_TIMEOUT'));
    socket.destroy();

    expect(await countInvocations()).toBe(before);
  });

  test.each([
    ['/Hidden/whisper', 'HANDLER_PRIVATE'],
    ['/FrontDoor/locked', 'HANDLER_PRIVATE'],
    ['/restate/call/Hidden/whisper', 'HANDLER_PRIVATE'],
    ['/restate/send/Hidden/whisper', 'HANDLER_PRIVATE'],
    ['/Hidden/whisper/send', 'HANDLER_PRIVATE'],
    ['/restate/internal/everything', 'ROUTE_NOT_FOUND'],
    ['/openapi/Greeter', 'ROUTE_NOT_FOUND'],
    ['/invoke/Greeter/greet', 'SERVICE_NOT_FOUND'],
    ['/Greeter/__proto__', 'HANDLER_NOT_FOUND'],
  ])('answers %s from outside with %s, and accepts nothing', async (path, code) => {
    const before = await countInvocations();

    const answer = await runtime.ingress.ask(path, { json: 'all' });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.text).toContain(code);
    expect(await countInvocations()).toBe(before);
  });

  test('stops a query without an end while everybody else is served, and answers the next one', async () => {
    const endless = 'with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n';

    const query = runtime.admin.ask('/query', { json: { query: endless } });
    const meanwhile = await runtime.ingress.ask('/Greeter/greet', { json: 'all' });
    const stopped = await query;

    expect(meanwhile.status).toBe(200);
    expect(stopped.json<{ code: string }>().code).toBe('QUERY_TIMEOUT');
    expect(await runtime.admin.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test.each([302, 307])(
    'registers no address that redirects with %i, and does not go where it leads',
    async (status) => {
      let askedElsewhere = 0;
      const elsewhere = await listen(
        createServer((_request, response) => {
          askedElsewhere += 1;
          response.end();
        }),
      );
      const redirecting = await listen(
        createServer((_request, response) => response.writeHead(status, { location: urlOf(elsewhere) }).end()),
      );
      try {
        const answer = await runtime.admin.tryRegister(urlOf(redirecting), { use_http_11: true });

        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.text).toContain('DISCOVERY_REDIRECTED');
        expect(askedElsewhere).toBe(0);
      } finally {
        elsewhere.close();
        redirecting.close();
      }
    },
  );

  test('writes no line and no terminal command of others into its log', async () => {
    const forged = `x\r\n2026 fatal forged line${escape}[2J`;
    const manifest = { protocolMode: 'BIDI_STREAM', minProtocolVersion: 5, maxProtocolVersion: 7, services: forged };
    const hostile = await listen(
      createServer((_request, response) =>
        response
          .writeHead(200, { 'content-type': 'application/vnd.restate.endpointmanifest.v4+json' })
          .end(JSON.stringify(manifest)),
      ),
    );
    try {
      await runtime.admin.tryRegister(urlOf(hostile), { use_http_11: true });
      await runtime.ingress.ask(`/Greeter/${encodeURIComponent(forged)}`, { json: 'all' });
      await runtime.ingress.ask('/Greeter/greet', { raw: forged, headers: { 'content-type': 'text/plain' } });
      await runtime.admin.ask(`/services/${encodeURIComponent(forged)}`);
      await runtime.admin.ask('/query', { json: { query: `select '${forged}' from` } });
    } finally {
      hostile.close();
    }

    expect(runtime.output).not.toContain(escape);
    expect(runtime.output).not.toMatch(/^2026 fatal forged/m);
  });

  test('puts nothing of others into a header of its answers', async () => {
    const injected = encodeURIComponent('k\r\nx-injected: yes');
    const answers = [
      await runtime.ingress.ask(`/Greeter/greet?x=${injected}`, {
        json: 'all',
        headers: { 'idempotency-key': injected, origin: `http://${injected}` },
      }),
      await runtime.ingress.ask(`/Greeter/${injected}/send`, { json: 'all' }),
      await runtime.admin.ask(`/deployments/${injected}`),
    ];

    expect(answers.map((one) => one.headers.get('x-injected'))).toEqual([null, null, null]);
  });
});

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function urlOf(server: Server): string {
  // A server that listens on a port has an address of this kind.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
