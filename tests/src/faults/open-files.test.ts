/**
 * A runtime that may open no more files: strangers hold all the connections there are. It lives on, serves who is connected already, and
 * everybody when the strangers are gone.
 */
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ServiceProcess } from '../harness/service-process.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { TraceFile } from '../harness/trace-file.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { RuntimeProcess } from './runtime-process.ts';

const openFilesMax = 128;

describe.skipIf(chosenTarget() !== 'holdfast' || process.platform === 'win32')(
  'a runtime without a file to open',
  () => {
    let folder: string;
    let runtime: RuntimeProcess;
    let service: ServiceProcess;
    let connected: Agent;
    const strangers: Socket[] = [];

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'holdfast-files-'));
      runtime = await RuntimeProcess.start({ data: join(folder, 'data'), openFilesMax });
      service = await ServiceProcess.start({ module: 'counter', trace: new TraceFile(join(folder, 'trace.jsonl')) });
      await runtime.admin.register(service.url);
      connected = new Agent({ keepAlive: true, maxSockets: 1 });
    });
    afterEach(async () => {
      for (const one of strangers.splice(0)) one.destroy();
      connected.destroy();
      await service.kill();
      await runtime.kill();
      await rm(folder, { recursive: true, force: true });
    });

    /** Over a connection that stays open from one request to the next. */
    function ask(url: string, body: string): Promise<{ readonly status: number; readonly text: string }> {
      return new Promise((resolve, reject) => {
        const asked = request(url, {
          method: 'POST',
          agent: connected,
          headers: { 'content-type': 'application/json' },
        });
        asked.once('error', reject);
        asked.once('response', (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
        });
        asked.end(body);
      });
    }

    async function fillConnections(): Promise<void> {
      let refused = 0;
      for (let opened = 0; opened < 2 * openFilesMax; opened++) {
        const socket = connect({ port: Number(new URL(runtime.ingress.url).port), host: '127.0.0.1' });
        socket.once('close', () => (refused += 1));
        socket.on('error', () => {});
        strangers.push(socket);
      }
      await waitUntil('no more connections are taken', () => refused > 0);
    }

    test('serves who is connected, answers what it cannot do, and serves everybody afterwards', async () => {
      const add = `${runtime.ingress.url}/Counter/k/add`;
      const query = `${runtime.admin.url}/query`;
      const first = await ask(add, '1');
      // Connected before the strangers come, without a query: the process for queries is not there yet.
      const health = await ask(query, '{}');
      await fillConnections();

      const meanwhile = await ask(add, '1');
      const queried = await ask(query, JSON.stringify({ query: 'select 1 as one' }));
      for (const one of strangers.splice(0)) one.destroy();
      await runtime.waitUntilHealthy();
      const rows = await waitUntil('queries are answered again', () => runtime.admin.query('select 1 as one'));

      expect([first, meanwhile]).toEqual([
        { status: 200, text: '1' },
        { status: 200, text: '2' },
      ]);
      expect([health.status, queried.status >= 400]).toEqual([400, true]);
      expect(JSON.parse(queried.text)).toMatchObject({ code: expect.any(String), hint: expect.any(String) });
      expect(rows).toEqual([{ one: 1 }]);
      expect(runtime.hasExited).toBe(false);
    });
  },
);
