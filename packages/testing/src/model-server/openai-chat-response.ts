import type { ModelReply } from './fraud-model.ts';

export interface ChatResponseFrame {
  /** Number of the request on this server, from 1. Makes ids unique, because clients merge messages by id. */
  readonly ordinal: number;
  readonly model: string;
  readonly promptBytes: number;
}

type Answer = Exclude<ModelReply, { kind: 'refusal' }>;

// A fixed moment (2026-01-01), so that a reply depends on nothing but the request.
const createdAtSeconds = 1_767_225_600;

/** Renders the reply as one `chat.completion` object. */
export function chatCompletion(frame: ChatResponseFrame, answer: Answer): object {
  return {
    id: `chatcmpl-${frame.ordinal}`,
    object: 'chat.completion',
    created: createdAtSeconds,
    model: frame.model,
    choices: [
      { index: 0, message: assistantMessage(frame, answer), finish_reason: finishReason(answer), logprobs: null },
    ],
    usage: usage(frame, answer),
  };
}

/** Renders the reply as the `chat.completion.chunk` objects of a stream, in order and without the closing `[DONE]`. */
export function chatCompletionChunks(frame: ChatResponseFrame, answer: Answer, includeUsage: boolean): object[] {
  const chunk = (fields: object): object => ({
    id: `chatcmpl-${frame.ordinal}`,
    object: 'chat.completion.chunk',
    created: createdAtSeconds,
    model: frame.model,
    ...fields,
  });
  const delta = (change: object, finish: string | null = null): object =>
    chunk({ choices: [{ index: 0, delta: change, finish_reason: finish, logprobs: null }] });

  const chunks = [delta({ role: 'assistant', content: answer.kind === 'call' ? null : '' })];
  for (const change of answer.kind === 'call' ? callDeltas(frame, answer) : textDeltas(answer.text)) {
    chunks.push(delta(change));
  }
  chunks.push(delta({}, finishReason(answer)));
  if (includeUsage) chunks.push(chunk({ choices: [], usage: usage(frame, answer) }));
  return chunks;
}

function assistantMessage(frame: ChatResponseFrame, answer: Answer): object {
  if (answer.kind === 'verdict') return { role: 'assistant', content: answer.text };
  return {
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: callId(frame), type: 'function', function: { name: answer.tool, arguments: JSON.stringify(answer.args) } },
    ],
  };
}

/** The arguments come in two pieces, so that a client that does not join them fails here and not in production. */
function callDeltas(frame: ChatResponseFrame, answer: Extract<Answer, { kind: 'call' }>): object[] {
  const args = JSON.stringify(answer.args);
  const half = Math.ceil(args.length / 2);
  const head = { index: 0, id: callId(frame), type: 'function', function: { name: answer.tool, arguments: '' } };
  const pieces = [args.slice(0, half), args.slice(half)].filter((piece) => piece !== '');
  return [
    { tool_calls: [head] },
    ...pieces.map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
  ];
}

function textDeltas(text: string): object[] {
  return text.split(/(?<= )/u).map((word) => ({ content: word }));
}

function callId(frame: ChatResponseFrame): string {
  return `call_${frame.ordinal}`;
}

function finishReason(answer: Answer): string {
  return answer.kind === 'call' ? 'tool_calls' : 'stop';
}

/** Token counts are estimates of four bytes a token; all that clients rely on is that they are there and add up. */
function usage(frame: ChatResponseFrame, answer: Answer): object {
  const completion = answer.kind === 'call' ? JSON.stringify(answer.args) : answer.text;
  const promptTokens = Math.ceil(frame.promptBytes / 4);
  const completionTokens = Math.ceil(Buffer.byteLength(completion) / 4);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
