import { decodeEndpointMessage, type EndpointMessage, FrameReader } from '@holdfast/protocol/wire';
import { expect, test } from 'vitest';
import type { Context } from '../../context/context.ts';
import { service } from '../../definition/service-definition.ts';
import { freshReplay } from '../replay.test.support.ts';
import { createLambdaHandler } from './lambda-handler.ts';

const greeter = service({
  name: 'Greeter',
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}`.repeat(5000),
    nap: async (ctx: Context) => ctx.sleep(1000),
  },
});
const handle = createLambdaHandler({ services: [greeter] });
const headers = { 'Content-Type': 'application/vnd.restate.invocation.v6' };

test('an attempt is one call: request and response in base64', async () => {
  const body = freshReplay('Ada').toString('base64');
  const reply = await handle({
    path: '/invoke/Greeter/greet',
    httpMethod: 'POST',
    headers,
    body,
    isBase64Encoded: true,
  });
  const [output, end] = new FrameReader()
    .push(Buffer.from(reply.body, 'base64'))
    .map((frame) => decodeEndpointMessage(frame, 6));

  expect(reply).toMatchObject({ statusCode: 200, isBase64Encoded: true });
  expect(textOf(output)).toBe(JSON.stringify('Hello Ada'.repeat(5000)));
  expect(end).toEqual({ kind: 'end' });
});

test('what waits is suspended at once', async () => {
  const body = freshReplay().toString('base64');
  const reply = await handle({ path: '/invoke/Greeter/nap', httpMethod: 'POST', headers, body, isBase64Encoded: true });
  const frames = new FrameReader().push(Buffer.from(reply.body, 'base64'));

  expect(frames.map((frame) => decodeEndpointMessage(frame, 6))).toMatchObject([
    { command: { kind: 'sleep' } },
    { kind: 'suspension', completions: [1], signals: [1] },
  ]);
});

test('discovery is answered as text, in request and response mode', async () => {
  const accept = 'application/vnd.restate.endpointmanifest.v4+json';
  const reply = await handle({ path: '/discover', httpMethod: 'GET', headers: { accept } });

  expect(reply).toMatchObject({ statusCode: 200, isBase64Encoded: false });
  expect(JSON.parse(reply.body)).toMatchObject({ protocolMode: 'REQUEST_RESPONSE' });
});

function textOf(message: EndpointMessage | undefined): string {
  if (message?.kind !== 'command' || message.command.kind !== 'output') return 'no output';
  const { result } = message.command;
  return result.kind === 'success' ? new TextDecoder().decode(result.value) : result.failure.message;
}
