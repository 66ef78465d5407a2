import { expect, test } from 'vitest';
import { startModelServer } from './model-server.ts';
import type { ModelServer } from './model-server.ts';

const user = { role: 'user', content: 'Judge this transaction: {"transaction":"tx-1"}' };

test('a tool call and then a verdict come back in the shape of a chat completion', async () => {
  await using server = await startModelServer();

  const call = await ask(server, firstTurn());
  const verdict = await ask(server, secondTurn('8'));

  expect(call).toMatchObject({
    status: 200,
    body: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'rule-1',
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'call_1',
                type: 'function',
                function: { name: 'compute_risk_score', arguments: '{"transaction":"tx-1"}' },
              },
            ],
          },
        },
      ],
    },
  });
  expect(verdict).toMatchObject({
    body: {
      id: 'chatcmpl-2',
      choices: [
        {
          finish_reason: 'stop',
          message: { content: 'BLOCK: compute_risk_score gave 8 on a scale of 0 to 10, that is 80 percent.' },
        },
      ],
    },
  });
  expect(server.counts).toEqual({ answered: 2, refused: 0 });
  expect(server.answered.map((entry) => entry.reply.kind)).toEqual(['call', 'verdict']);
});

test('a stream adds up to the same reply, with its usage, and ends with DONE', async () => {
  await using server = await startModelServer();
  const streaming = { stream: true, stream_options: { include_usage: true } };

  const call = await stream(server, { ...firstTurn(), ...streaming });
  const verdict = await stream(server, { ...secondTurn('8'), ...streaming });

  expect(call).toMatchObject({ args: '{"transaction":"tx-1"}', finish: 'tool_calls', done: true });
  expect(verdict).toMatchObject({
    text: 'BLOCK: compute_risk_score gave 8 on a scale of 0 to 10, that is 80 percent.',
    finish: 'stop',
    done: true,
  });
  expect(verdict.usage).toMatchObject({ completion_tokens: 19 });
});

test('the same request to two servers gets the same bytes', async () => {
  await using first = await startModelServer();
  await using second = await startModelServer();

  const replies = await Promise.all([first, second].map((server) => ask(server, secondTurn('8'))));

  expect(replies[0]).toEqual(replies[1]);
});

test.each([
  ['an unknown field', { ...firstTurn(), logit_bias: {} }, 'INVALID_REQUEST', 'Unrecognized key: "logit_bias"'],
  ['no tools', { model: 'rule-1', messages: firstTurn().messages }, 'INVALID_REQUEST', 'at tools'],
  [
    'a result that no call asked for',
    withMessages([user, result('call_9', '8')]),
    'INVALID_REQUEST',
    '"call_9" answers no open tool call',
  ],
  [
    'a call without its result',
    withMessages([user, call('call_1'), user]),
    'INVALID_REQUEST',
    'call_1 have no tool message',
  ],
  [
    'a doubled result',
    withMessages([user, call('call_1'), result('call_1', '8'), result('call_1', '9')]),
    'INVALID_REQUEST',
    '"call_1" answers no open',
  ],
  ['a tool without a scale', firstTurn('Scores a transaction.'), 'NO_SCALE', '0 to 10'],
])('%s is refused with a reason and counted', async (_what, body, code, message) => {
  await using server = await startModelServer();

  const reply = await ask(server, body);

  expect(reply).toMatchObject({
    status: 400,
    body: { error: { type: 'invalid_request_error', code, message: expect.stringContaining(message) } },
  });
  expect(server.counts).toEqual({ answered: 0, refused: 1 });
});

test.each([
  ['another path', '/v1/responses', { method: 'POST' }, 404],
  ['another method', '/v1/chat/completions', { method: 'GET' }, 405],
  ['another content type', '/v1/chat/completions', { method: 'POST', body: 'x' }, 415],
  ['a body that is not JSON', '/v1/chat/completions', json('{'), 400],
  ['a body of more than a mebibyte', '/v1/chat/completions', json('x'.repeat(1_048_577)), 413],
])('%s is refused with the status that says so', async (_what, path, init, status) => {
  await using server = await startModelServer();

  const response = await fetch(new URL(path, server.url), init);

  expect(response.status).toBe(status);
  expect(await response.json()).toHaveProperty('error.message');
});

function call(id: string): object {
  const fn = { name: 'compute_risk_score', arguments: '{"transaction":"tx-1"}' };
  return { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: fn }] };
}

function result(id: string, content: string): object {
  return { role: 'tool', tool_call_id: id, content };
}

function firstTurn(description = 'Scores a transaction from 0 to 10.'): {
  model: string;
  tools: object[];
  messages: object[];
} {
  const parameters = { type: 'object', properties: { transaction: { type: 'string' } }, required: ['transaction'] };
  const tool = { type: 'function', function: { name: 'compute_risk_score', description, parameters } };
  return { model: 'rule-1', tools: [tool], messages: [{ role: 'system', content: 'You judge.' }, user] };
}

function withMessages(messages: readonly object[]): object {
  return { ...firstTurn(), messages };
}

function secondTurn(score: string): object {
  return withMessages([user, call('call_1'), result('call_1', score)]);
}

function json(body: string): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body };
}

async function ask(server: ModelServer, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${server.url}/chat/completions`, json(JSON.stringify(body)));
  return { status: response.status, body: await response.json() };
}

/** The parts of a chunk that these tests join; what a chunk lacks is undefined. */
interface Chunk {
  readonly choices: readonly {
    readonly delta: {
      readonly content?: string | null;
      readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: object;
}

interface Joined {
  text: string;
  args: string;
  finish: string | null;
  usage: object | undefined;
  done: boolean;
}

async function stream(server: ModelServer, body: object): Promise<Joined> {
  const response = await fetch(`${server.url}/chat/completions`, json(JSON.stringify(body)));
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events = (await response.text())
    .trim()
    .split('\n\n')
    .map((event) => event.replace(/^data: /u, ''));

  const joined: Joined = { text: '', args: '', finish: null, usage: undefined, done: events.at(-1) === '[DONE]' };
  for (const event of events.slice(0, -1)) {
    // The assertions on the joined parts check the shape that this cast claims.
    const chunk = JSON.parse(event) as Chunk;
    const choice = chunk.choices[0];
    joined.text += choice?.delta.content ?? '';
    joined.args += (choice?.delta.tool_calls ?? []).map((part) => part.function.arguments).join('');
    joined.finish = choice?.finish_reason ?? joined.finish;
    joined.usage = chunk.usage ?? joined.usage;
  }
  return joined;
}
