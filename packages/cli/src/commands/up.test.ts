import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../command-process.ts', import.meta.url));

/** `holdfast up` as a process of its own. */
class UpProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  /** Exit code, or the signal that ended the process. */
  readonly ended: Promise<number | string | null>;
  output = '';
  notes = '';

  constructor(args: readonly string[], folder: string) {
    this.#child = spawn(process.execPath, ['--conditions=holdfast-source', program, 'up', ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.notes += chunk.toString()));
    this.ended = new Promise((resolve) => this.#child.once('close', (code, signal) => resolve(code ?? signal)));
  }

  /** The line that it prints with --json when it is ready. */
  async ready(): Promise<Readonly<Record<string, string>>> {
    await this.seen('output', '\n');
    // What `up --json` prints.
    return JSON.parse(this.output) as Readonly<Record<string, string>>;
  }

  async seen(stream: 'output' | 'notes', text: string): Promise<void> {
    const source = stream === 'output' ? this.#child.stdout : this.#child.stderr;
    while (!this[stream].includes(text)) {
      const next = await Promise.race([
        new Promise<'more'>((resolve) => source.once('data', () => resolve('more'))),
        this.ended.then(() => 'ended' as const),
      ]);
      if (next === 'ended' && !this[stream].includes(text)) {
        throw new Error(`It ended before it wrote ${JSON.stringify(text)}:\n${this.output}${this.notes}`);
      }
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

let folder: string;
let processes: UpProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-up-'));
  processes = [];
});

afterEach(async () => {
  for (const one of processes) {
    one.signal('SIGKILL');
    await one.ended;
  }
  await rm(folder, { recursive: true });
});

const anyPorts = ['--ingress-port', '0', '--admin-port', '0'];

function up(...args: readonly string[]): UpProcess {
  const started = new UpProcess(args, folder);
  processes.push(started);
  return started;
}

test('it says where it listens and what to do next, serves, and ends in order', async () => {
  const started = up(...anyPorts);
  await started.seen('output', 'Next: ');

  const [headline, callers, operators, next] = started.output.split('\n');
  expect(headline).toBe(`Holdfast is up. Its data is in ${join(folder, 'holdfast-data')}.`);
  const ingressUrl = /^ {2}callers {4}(http:\/\/127\.0\.0\.1:\d+)$/.exec(callers ?? '')?.[1];
  const adminUrl = /^ {2}operators {2}(http:\/\/127\.0\.0\.1:\d+)$/.exec(operators ?? '')?.[1];
  expect(next).toBe(`Next: holdfast deployments register http://localhost:9080 --admin-url ${adminUrl}`);
  expect((await fetch(`${ingressUrl}/restate/health`)).status).toBe(200);
  expect(await (await fetch(`${adminUrl}/health`)).json()).toEqual({ status: 'ready' });

  started.signal('SIGINT');

  expect(await started.ended).toBe(0);
  expect(started.notes).toContain('Stopping; press Ctrl-C again to stop at once.');
});

test('what ends containers ends it in order too, and what it kept is there again', async () => {
  const first = up(...anyPorts, '--json', '--data', 'kept');
  expect(await first.ready()).toMatchObject({ data: join(folder, 'kept') });
  first.signal('SIGTERM');
  expect(await first.ended).toBe(0);

  const second = up(...anyPorts, '--json', '--data', 'kept');

  expect(await second.ready()).toMatchObject({ data: join(folder, 'kept') });
});

test('a second signal ends it at once, whatever it waits for', async () => {
  const stuck = await openStuckEndpoint();
  const started = up(...anyPorts, '--json');
  const { admin_url: adminUrl, ingress_url: ingressUrl } = await started.ready();
  await fetch(`${adminUrl}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: stuck.url, use_http_11: true }),
  });
  await fetch(`${ingressUrl}/Stuck/work/send`, { method: 'POST' });
  await stuck.called;

  started.signal('SIGINT');
  await started.seen('notes', 'Stopping');
  started.signal('SIGINT');

  expect(await started.ended).toBe(1);
  stuck.close();
});

/** A service whose handler takes a call and never answers. */
async function openStuckEndpoint(): Promise<{
  readonly url: string;
  readonly called: Promise<void>;
  readonly close: () => void;
}> {
  const { promise: called, resolve: call } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url !== '/discover') return call();
    const services = [{ name: 'Stuck', ty: 'SERVICE', handlers: [{ name: 'work' }] }];
    response.setHeader('content-type', 'application/vnd.restate.endpointmanifest.v3+json');
    response.end(
      JSON.stringify({
        protocolMode: 'REQUEST_RESPONSE',
        minProtocolVersion: 5,
        maxProtocolVersion: 6,
        services,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, called, close: () => server.close().closeAllConnections() };
}

test('a second runtime on the same folder is refused', async () => {
  const first = up(...anyPorts, '--json');
  await first.ready();

  const second = up(...anyPorts);

  expect(await second.ended).toBe(4);
  expect(second.output).toBe('');
  expect(second.notes).toContain('[STORE_LOCKED]');
});

test('a port that is taken is a failure that names it', async () => {
  const first = up(...anyPorts, '--json');
  const port = new URL((await first.ready())['ingress_url'] ?? '').port;

  const second = up('--ingress-port', port, '--admin-port', '0', '--data', 'other');

  expect(await second.ended).toBe(1);
  expect(second.notes).toContain(port);
  expect(second.notes).toContain('[PORT_IN_USE]');
});

test('everything that is wrong with the settings is said at once, with the name that was meant', async () => {
  const started = up('--ingress-port', 'many', '--set', 'query.rowMax=7', '--set', 'log.level=loud');

  expect(await started.ended).toBe(2);
  expect(started.notes).toContain('ingress.port: Invalid input: expected number, received string.');
  expect(started.notes).toContain('There is no setting "query.rowMax". Did you mean "query.rowsMax"?');
  expect(started.notes).toContain('log.level: Invalid option');
  expect(started.notes).toContain('[CONFIG_REFUSED]');
});

test('flags go before the configuration file, and --set reaches every setting', async () => {
  await writeFile(
    join(folder, 'settings.json'),
    JSON.stringify({ data: 'from-file', ingress: { port: 1 }, admin: { port: 0 }, query: { rowsMax: 5 } }),
  );
  const started = up('--config', 'settings.json', '--ingress-port', '0', '--set', 'query.rowsMax=1', '--json');

  const { data, admin_url: adminUrl } = await started.ready();

  expect(data).toBe(join(folder, 'from-file'));
  const response = await fetch(`${adminUrl}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'select 1 as row union all select 2' }),
  });
  expect(await response.json()).toEqual({ rows: [{ row: 1 }], truncated: true });
});

test('it prints the key that services accept it by', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(join(folder, 'identity.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));

  const started = up(...anyPorts, '--identity-key', 'identity.pem', '--json');

  expect((await started.ready())['identity_key_id']).toMatch(/^publickeyv1_\w+$/);
});

test('listening beyond this machine has to be spelled out', async () => {
  const started = up(...anyPorts, '--bind', '0.0.0.0');

  expect(await started.ended).toBe(2);
  expect(started.notes).toContain('[BIND_REFUSED]');
});
