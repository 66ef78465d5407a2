import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { replyTo } from './fraud-model.ts';
import type { ModelReply, ToolDefinition } from './fraud-model.ts';
import { readChatRequest } from './openai-chat-request.ts';
import type { ChatRequest } from './openai-chat-request.ts';
import { chatCompletion, chatCompletionChunks } from './openai-chat-response.ts';

/**
 * A model API on loopback for tests, examples and demonstrations that need a model and have no network.
 *
 * It speaks OpenAI chat completions, streamed or not, and answers by the rule of `fraud-model.ts`. Requests that it does
 * not fully understand get a 4xx answer in the shape of the real API.
 *
 * @example
 * ```ts
 * await using server = await startModelServer();
 * const provider = createOpenAICompatible({ name: 'local', baseURL: server.url });
 * ```
 */
export interface ModelServer extends AsyncDisposable {
  /** Base URL that clients expect, with the version: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** Number of requests since the start, to any path, by outcome. */
  readonly counts: { readonly answered: number; readonly refused: number };
  /** The newest answered requests, oldest first, at most 1,000. */
  readonly answered: readonly AnsweredRequest[];
  close(): Promise<void>;
}

export interface AnsweredRequest {
  readonly ordinal: number;
  readonly tools: readonly ToolDefinition[];
  readonly reply: ModelReply;
  readonly streamed: boolean;
}

export interface ModelServerOptions {
  /** Port on 127.0.0.1; a free one by default. */
  readonly port?: number;
}

const bodyBytesMax = 1_048_576;
const answeredMax = 1_000;

/** Starts a model server; rejects if the port is taken. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const answered: AnsweredRequest[] = [];
  const counts = { answered: 0, refused: 0 };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const outcome = await answer(request);
    if (outcome.kind === 'refused') {
      counts.refused += 1;
      return sendJson(response, outcome.status, outcome.body);
    }
    counts.answered += 1;
    const { promptBytes, request: asked, reply } = outcome;
    answered.push({ ordinal: counts.answered, tools: asked.conversation.tools, reply, streamed: asked.stream });
    if (answered.length > answeredMax) answered.shift();

    const frame = { ordinal: counts.answered, model: asked.model, promptBytes };
    if (asked.stream) sendEvents(response, chatCompletionChunks(frame, reply, asked.includeUsage));
    else sendJson(response, 200, chatCompletion(frame, reply));
  }

  const server = createServer((request, response) => {
    // Only a client that goes away in the middle of its body fails here, and it is the one who would be told.
    serve(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0);
  const close = (): Promise<void> => stop(server);
  return { url: `http://127.0.0.1:${port}/v1`, counts, answered, close, [Symbol.asyncDispose]: close };
}

type Outcome =
  | {
      readonly kind: 'answered';
      readonly request: ChatRequest;
      readonly reply: Exclude<ModelReply, { kind: 'refusal' }>;
      readonly promptBytes: number;
    }
  | { readonly kind: 'refused'; readonly status: number; readonly body: object };

async function answer(request: IncomingMessage): Promise<Outcome> {
  const path = (request.url ?? '').split('?')[0];
  if (path !== '/v1/chat/completions') {
    return refuse(404, 'UNKNOWN_PATH', `There is no ${path ?? ''}; this server answers POST /v1/chat/completions.`);
  }
  if (request.method !== 'POST') return refuse(405, 'WRONG_METHOD', `Use POST, not ${request.method ?? 'nothing'}.`);
  if (!/^application\/json\s*(;|$)/iu.test(request.headers['content-type'] ?? '')) {
    return refuse(415, 'WRONG_CONTENT_TYPE', 'The content type must be application/json.');
  }
  const body = await readBody(request);
  if (body === undefined) return refuse(413, 'BODY_TOO_LARGE', `The body may have at most ${bodyBytesMax} bytes.`);

  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch (error) {
    return refuse(400, 'INVALID_JSON', `The body is not JSON: ${String(error)}`);
  }
  const reading = readChatRequest(json);
  if (reading.kind === 'invalid') return refuse(400, 'INVALID_REQUEST', reading.message);

  const reply = replyTo(reading.request.conversation);
  if (reply.kind === 'refusal') return refuse(400, reply.code, reply.message);
  return { kind: 'answered', request: reading.request, reply, promptBytes: body.length };
}

function refuse(status: number, code: string, message: string): Outcome {
  return { kind: 'refused', status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}

/** Reads the body to its end even when it is too large, so that the client gets the answer and not a reset. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // A request without an encoding yields buffers; the stream's type cannot say so.
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes <= bodyBytesMax) chunks.push(part);
  }
  return bytes <= bodyBytesMax ? Buffer.concat(chunks) : undefined;
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendEvents(response: ServerResponse, chunks: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The model server has no TCP address.'));
      else resolve(address.port);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
