import { generateKeyPairSync, sign } from 'node:crypto';
import { encodeBase64url, MANIFEST_CONTENT_TYPES } from '@holdfast/protocol/wire';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Context, ObjectContext, WorkflowContext } from '../context/context.ts';
import { handler, shared } from '../definition/handler.ts';
import { object, service, workflow } from '../definition/service-definition.ts';
import { SdkError } from '../error/sdk-error.ts';
import { Endpoint, type EndpointOptions, type EndpointRequest } from './endpoint.ts';

const order = z.object({ sku: z.string().describe('What is ordered.'), count: z.int().default(1) });

const shop = service({
  name: 'Shop',
  options: { documentation: 'Sells.', inactivityTimeout: { seconds: 5 } },
  handlers: {
    plain: async (_ctx: Context, name: string) => name,
    checked: handler(
      { input: order, output: z.string() },
      async (_ctx: Context, input) => `${input.count} ${input.sku}`,
    ),
  },
});
const cart = object({
  name: 'Cart',
  handlers: { add: async (ctx: ObjectContext) => ctx.key, read: shared(async () => 1) },
});
const review = workflow({
  name: 'Review',
  handlers: {
    run: handler({ workflowRetention: { days: 1 } }, async (_ctx: WorkflowContext) => 1),
    decide: async () => 2,
  },
});

const services = [shop, cart, review];

function ask(options: Partial<EndpointOptions>, request: Partial<EndpointRequest>): ReturnType<Endpoint['answer']> {
  return new Endpoint({ services, ...options }).answer({
    method: 'GET',
    path: '/discover',
    headers: new Map([['accept', Object.values(MANIFEST_CONTENT_TYPES).join(', ')]]),
    body: nothing(),
    bidirectional: true,
    ...request,
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function bodyOf(answer: Awaited<ReturnType<Endpoint['answer']>>): unknown {
  if (!('body' in answer)) throw new Error('The answer is an attempt.');
  return JSON.parse(answer.body);
}

test('discovery tells every service and handler in the newest version that both sides know', async () => {
  const answer = await ask({}, {});

  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': MANIFEST_CONTENT_TYPES[4] } });
  expect(bodyOf(answer)).toMatchObject({
    protocolMode: 'BIDI_STREAM',
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    services: [
      { name: 'Shop', ty: 'SERVICE', documentation: 'Sells.', inactivityTimeout: 5000 },
      {
        name: 'Cart',
        ty: 'VIRTUAL_OBJECT',
        handlers: [
          { name: 'add', ty: 'EXCLUSIVE', input: { required: false, contentType: 'application/json' } },
          { name: 'read', ty: 'SHARED' },
        ],
      },
      {
        name: 'Review',
        ty: 'WORKFLOW',
        handlers: [
          { name: 'run', ty: 'WORKFLOW', workflowCompletionRetention: 86_400_000 },
          { name: 'decide', ty: 'SHARED' },
        ],
      },
    ],
  });
});

test('a schema stands in the manifest as JSON Schema, with its descriptions', async () => {
  const jsonSchema = { type: 'object', properties: { sku: { type: 'string', description: 'What is ordered.' } } };

  expect(bodyOf(await ask({}, {}))).toMatchObject({
    services: [
      {
        handlers: [
          { name: 'plain' },
          {
            name: 'checked',
            input: { required: true, contentType: 'application/json', jsonSchema },
            output: { jsonSchema: { type: 'string' } },
          },
        ],
      },
      {},
      {},
    ],
  });
});

test('a platform that does not stream both ways says so', async () => {
  expect(bodyOf(await ask({}, { bidirectional: false }))).toMatchObject({ protocolMode: 'REQUEST_RESPONSE' });
});

test('a setting that an old runtime cannot read is an error that names it', async () => {
  const answer = await ask({}, { headers: new Map([['accept', MANIFEST_CONTENT_TYPES[2]]]) });

  expect(answer.status).toBe(500);
  expect(bodyOf(answer)).toMatchObject({
    code: 'INVALID_MANIFEST',
    message: expect.stringContaining('inactivityTimeout of Shop'),
  });
});

const invoke = { method: 'POST', path: '/any/prefix/invoke/Shop/plain' };
const v6 = 'application/vnd.restate.invocation.v6';

test.each<[title: string, status: number, request: Partial<EndpointRequest>]>([
  ['health', 200, { path: '/prefix/health', headers: new Map() }],
  ['a path that is none of the protocol', 404, { path: '/' }],
  ['an unknown service', 404, { ...invoke, path: '/invoke/Other/plain', headers: new Map([['content-type', v6]]) }],
  ['an unknown handler', 404, { ...invoke, path: '/invoke/Shop/other', headers: new Map([['content-type', v6]]) }],
  ['a path that is no text', 404, { ...invoke, path: '/invoke/%zz/plain', headers: new Map([['content-type', v6]]) }],
  ['no content type', 415, { ...invoke, headers: new Map() }],
  [
    'a version that is not spoken',
    415,
    { ...invoke, headers: new Map([['content-type', 'application/vnd.restate.invocation.v8']]) },
  ],
  ['a discovery in version 1 only', 415, { headers: new Map([['accept', MANIFEST_CONTENT_TYPES[1]]]) }],
  [
    'an invocation with a query on its address',
    200,
    { ...invoke, path: '/invoke/Shop/plain?x=1', headers: new Map([['content-type', v6]]) },
  ],
])('%s is answered with %i', async (_title, status, request) => {
  expect((await ask({}, request)).status).toBe(status);
});

test('an attempt is answered in the version that was asked for', async () => {
  const answer = await ask({}, { ...invoke, headers: new Map([['content-type', v6]]) });

  expect(answer.headers).toEqual({ 'content-type': v6, 'x-restate-server': 'holdfast-sdk-typescript/0.1.0' });
});

test('two services of one name, and names that no runtime accepts, are refused', () => {
  expect(() => new Endpoint({ services: [shop, service({ name: 'Shop', handlers: {} })] })).toThrow(
    'Two services are named Shop.',
  );
  expect(() => service({ name: 'restateShop', handlers: {} })).toThrow(SdkError);
  expect(() => service({ name: 'Shop', handlers: { 'a-b': async () => 1 } })).toThrow(
    'Shop has handlers that nobody can call: a-b.',
  );
});

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const identityKey = `publickeyv1_${base58(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))}`;
const now = Math.floor(Date.now() / 1000);
const claims = { aud: '/discover', iat: now, nbf: now - 60, exp: now + 60 };

function signed(claims: object, head: object = { typ: 'JWT', alg: 'EdDSA', kid: identityKey }): Map<string, string> {
  const text = [head, claims].map((part) => encodeBase64url(new TextEncoder().encode(JSON.stringify(part)))).join('.');
  const signature = encodeBase64url(sign(null, Buffer.from(text), privateKey));
  return new Map([
    ['accept', MANIFEST_CONTENT_TYPES[4]],
    ['content-type', v6],
    ['x-restate-signature-scheme', 'v1'],
    ['x-restate-jwt-v1', `${text}.${signature}`],
  ]);
}

test('who is signed by a trusted runtime is let in, for the path that was signed', async () => {
  const options = { identityKeys: [identityKey] };

  expect((await ask(options, { headers: signed(claims) })).status).toBe(200);
  expect((await ask(options, { ...invoke, headers: signed({ ...claims, aud: '/invoke/Shop/plain' }) })).status).toBe(
    200,
  );
  expect((await ask(options, { path: '/health', headers: new Map() })).status).toBe(200);
});

const forged = signed(claims);
forged.set('x-restate-jwt-v1', `${forged.get('x-restate-jwt-v1')?.slice(0, -4)}AAAA`);

test.each<[title: string, headers: ReadonlyMap<string, string>, why: string]>([
  ['nothing signed', new Map(), 'it is not signed'],
  ['another scheme', new Map([['x-restate-signature-scheme', 'unsigned']]), 'it is not signed'],
  [
    'a token in pieces',
    new Map([
      ['x-restate-signature-scheme', 'v1'],
      ['x-restate-jwt-v1', 'a.b'],
    ]),
    'its token is malformed',
  ],
  ['a stranger', signed(claims, { alg: 'EdDSA', kid: 'publickeyv1_x' }), 'it is signed by an unknown key'],
  ['another algorithm', signed(claims, { alg: 'none', kid: identityKey }), 'it is signed by an unknown key'],
  ['a forged signature', forged, 'its signature is wrong'],
  ['another path', signed({ ...claims, aud: '/invoke/Shop/plain' }), 'its token is for another path'],
  ['a token of yesterday', signed({ ...claims, exp: now - 1 }), 'its token has expired'],
  ['a token of tomorrow', signed({ ...claims, nbf: now + 60 }), 'its token is not valid yet'],
  ['a token without times', signed({ aud: '/discover' }), 'its token has no times'],
])('%s is answered with 401', async (_title, headers, why) => {
  const answer = await ask({ identityKeys: [identityKey] }, { headers });

  expect(answer.status).toBe(401);
  expect(bodyOf(answer)).toEqual({ code: 'IDENTITY_REFUSED', message: `The request is refused: ${why}.` });
});

test('the published test vector is a key, and what is none is refused at the start', () => {
  const vector = 'publickeyv1_AfQwmwfgEZhrWpvv8N52SHpRtZqGGaFr4AZN6qtYWSiY';

  expect(() => new Endpoint({ services, identityKeys: [vector] })).not.toThrow();
  expect(() => new Endpoint({ services, identityKeys: ['publickeyv1_abc'] })).toThrow('is no public key of a runtime');
});

function base58(bytes: Uint8Array): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (; number > 0n; number /= 58n) text = alphabet.charAt(Number(number % 58n)) + text;
  return `${'1'.repeat(bytes.findIndex((byte) => byte !== 0))}${text}`;
}
