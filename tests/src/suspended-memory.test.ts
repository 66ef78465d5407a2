/**
 * Suspended invocations live in the store; memory holds nothing per suspended invocation. A hundred thousand of them wait for a person, and
 * the runtime is as large as one that waits for nobody, plus caches of fixed size.
 */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import {
  encodeCommand,
  encodeEnd,
  encodeSuspension,
  formatAwakeableId,
  FrameReader,
  invocationContentType,
  MessageType,
  parseInvocationId,
} from '@holdfast/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeEndpoint } from './harness/fake-endpoint.ts';
import { chosenTarget } from './harness/target-command.ts';
import { TargetProcess } from './harness/target-process.ts';
import { waitUntil } from './harness/wait-until.ts';

const version = 6;
const awakeable = 17;
const total = Number(process.env['HOLDFAST_SUSPENDED'] ?? 100_000);
/** More than fills the caches and lets the heap find its size, so that what comes after can only grow what is held per invocation. */
const first = total / 2;
const megabyte = 1024 * 1024;

const suspension = Buffer.from(
  encodeSuspension({ completions: [], signals: [awakeable, 1], namedSignals: [] }, version),
);
const done = Buffer.concat([
  encodeCommand({ kind: 'output', name: '', result: { kind: 'success', value: Buffer.from('"done"') } }),
  encodeEnd(),
]);

/** Suspends on the awakeable at once; ends when the replay holds its signal. Without an SDK: the runtime is what is measured. */
function answerAttempt(stream: ServerHttp2Stream): void {
  const reader = new FrameReader();
  const types: number[] = [];
  stream.on('data', (chunk: Buffer) => {
    types.push(...reader.push(chunk).map((frame) => frame.type));
    if (stream.headersSent || !types.includes(MessageType.InputCommand)) return;
    stream.respond({ ':status': 200, 'content-type': invocationContentType(version) });
    // So short a replay comes in one piece.
    stream.end(types.includes(MessageType.SignalNotification) ? done : suspension);
  });
}

describe.skipIf(chosenTarget() !== 'holdfast')(`${total} invocations that wait for a person`, () => {
  let target: TargetProcess;
  let endpoint: FakeEndpoint;
  let deployment = '';
  let emptyBytes = 0;
  const ids: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });

  beforeAll(async () => {
    const manifest = { name: 'Waiter', ty: 'SERVICE', handlers: [{ name: 'wait' }] };
    endpoint = await FakeEndpoint.start(manifest, { protocolVersions: [version, version], onInvoke: answerAttempt });
    target = await TargetProcess.start();
    deployment = await target.admin.register(endpoint.url);
    emptyBytes = await residentBytes();
  });
  afterAll(async () => {
    agent.destroy();
    await target.close();
    await endpoint.close();
  });

  async function residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${target.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }

  const countSuspended = async (): Promise<number> =>
    (await target.admin.ask(`/deployments/${deployment}`)).json<{ work: { suspended: number } }>().work.suspended;

  async function suspend(count: number): Promise<void> {
    const wanted = ids.length + count;
    let sent = ids.length;
    const sender = async (): Promise<void> => {
      while (sent < wanted) {
        sent += 1;
        ids.push(await send());
      }
    };
    await Promise.all(Array.from({ length: 32 }, sender));
    await waitUntil(`${wanted} invocations are suspended`, async () => (await countSuspended()) === wanted, 120_000);
  }

  function send(): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = request(`${target.ingress.url}/Waiter/wait/send`, { method: 'POST', agent }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => {
          const found = /"invocationId":"([^"]+)"/.exec(body)?.[1];
          if (found === undefined) reject(new Error(`${response.statusCode}: ${body}`));
          else resolve(found);
        });
      });
      call.on('error', reject);
      call.end();
    });
  }

  async function approve(id: string): Promise<void> {
    const invocation = parseInvocationId(id);
    if (invocation === undefined) throw new Error(`${id} is no invocation id.`);
    const answer = await target.ingress.ask(`/restate/awakeables/${formatAwakeableId(invocation, awakeable)}/resolve`, {
      json: 'approved',
    });
    expect(answer.status).toBe(202);
    expect((await target.ingress.ask(`/restate/invocation/${id}/attach`, { method: 'GET' })).json()).toBe('done');
  }

  test('once the caches are full, memory does not grow with them', { timeout: 400_000 }, async () => {
    await suspend(first);
    const cachedBytes = await residentBytes();
    await suspend(total - first);

    // What a collection has not come to yet is not held.
    const grownMax = (total - first) * 512;
    await waitUntil(
      `memory has grown by less than ${grownMax} bytes`,
      async () => (await residentBytes()) - cachedBytes < grownMax,
    );
  });

  test('a runtime that starts with them is as small as an empty one', { timeout: 60_000 }, async () => {
    await target.kill();
    await target.start();

    expect(await countSuspended()).toBe(ids.length);
    expect((await residentBytes()) - emptyBytes).toBeLessThan(64 * megabyte);
  });

  test('any of them goes on when its person answers', { timeout: 60_000 }, async () => {
    for (const at of [0, Math.floor(ids.length / 2), ids.length - 1]) await approve(ids[at] ?? '');

    await waitUntil('they are no longer counted', async () => (await countSuspended()) === ids.length - 3);
  });
});
