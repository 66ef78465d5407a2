import { decodeEndpointMessage, FrameReader } from '@holdfast/protocol/wire';
import { expect, test } from 'vitest';
import type { Context } from '../../context/context.ts';
import { service } from '../../definition/service-definition.ts';
import { freshReplay } from '../replay.test.support.ts';
import { createFetchHandler } from './fetch-handler.ts';

const napper = service({ name: 'Napper', handlers: { nap: async (ctx: Context) => ctx.sleep(1000) } });
const handle = createFetchHandler({ services: [napper] });
const contentType = 'application/vnd.restate.invocation.v6';

test('a platform of requests and responses runs an attempt and suspends it', async () => {
  const answer = await handle(
    new Request('https://worker.example/base/invoke/Napper/nap', {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: freshReplay(),
    }),
  );
  const frames = new FrameReader().push(await answer.bytes());

  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, contentType]);
  expect(frames.map((frame) => decodeEndpointMessage(frame, 6))).toMatchObject([
    { command: { kind: 'sleep', name: 'sleep#~1000ms' } },
    { kind: 'suspension', completions: [1], signals: [1] },
  ]);
});

test('discovery says that it does not stream both ways', async () => {
  const accept = 'application/vnd.restate.endpointmanifest.v3+json';
  const answer = await handle(new Request('https://worker.example/discover', { headers: { accept } }));

  expect(answer.headers.get('content-type')).toBe(accept);
  expect(await answer.json()).toMatchObject({ protocolMode: 'REQUEST_RESPONSE' });
});

test('other paths are answered with 404', async () => {
  expect((await handle(new Request('https://worker.example/'))).status).toBe(404);
});
