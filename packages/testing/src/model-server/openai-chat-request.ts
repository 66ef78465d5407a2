import { z } from 'zod';
import type { Conversation, ToolDefinition, ToolResult } from './fraud-model.ts';

/** A chat completion request in the terms of the rule, and what the reply's shape depends on. */
export interface ChatRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly conversation: Conversation;
}

export type ChatRequestReading =
  | { readonly kind: 'request'; readonly request: ChatRequest }
  | { readonly kind: 'invalid'; readonly message: string };

// Objects are strict: a field that this server does not understand could change what a model does, and dropping it in
// silence would make a test pass for the wrong reason.
const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
const text = z.union([z.string(), z.array(textPart).min(1)]);

const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
});

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content: text, name: z.string().optional() }),
  z.strictObject({ role: z.literal('user'), content: text, name: z.string().optional() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: text.nullish(),
    name: z.string().optional(),
    tool_calls: z.array(toolCall).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content: text, tool_call_id: z.string().min(1) }),
]);

const parameters = z.looseObject({
  type: z.literal('object'),
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/u),
    description: z.string().default(''),
    parameters: parameters.default({ type: 'object', properties: {}, required: [] }),
    strict: z.boolean().optional(),
  }),
});

const body = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  tools: z.array(tool).min(1),
  tool_choice: z.enum(['auto', 'required']).optional(),
  parallel_tool_calls: z.boolean().optional(),
  stream: z.boolean().default(false),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  max_tokens: z.int().positive().optional(),
  max_completion_tokens: z.int().positive().optional(),
  seed: z.int().optional(),
  user: z.string().optional(),
});

type Message = z.infer<typeof message>;

/** Reads the JSON body of `POST /v1/chat/completions`; anything it does not fully understand is invalid. */
export function readChatRequest(json: unknown): ChatRequestReading {
  const parsed = body.safeParse(json);
  if (!parsed.success) return { kind: 'invalid', message: z.prettifyError(parsed.error) };

  const { messages, tools, model, stream, stream_options: streamOptions } = parsed.data;
  if (streamOptions !== undefined && !stream) {
    return { kind: 'invalid', message: 'stream_options is only allowed when stream is true.' };
  }
  const results = pairResults(messages);
  if (typeof results === 'string') return { kind: 'invalid', message: results };

  const user = messages.findLast((candidate) => candidate.role === 'user');
  if (user === undefined) return { kind: 'invalid', message: 'messages must contain one with the role "user".' };

  const conversation: Conversation = {
    tools: tools.map((entry) => readTool(entry.function)),
    userText: plainText(user.content),
    results,
  };
  return {
    kind: 'request',
    request: { model, stream, includeUsage: streamOptions?.include_usage === true, conversation },
  };
}

/**
 * Pairs every tool message with the call it answers; a sentence says what is wrong when that fails.
 *
 * As with the real API, the calls of an assistant message must all be answered, once each, before any other message. A
 * history that lost or doubled a result on the way is refused here instead of being judged.
 */
function pairResults(messages: readonly Message[]): ToolResult[] | string {
  const results: ToolResult[] = [];
  const open = new Map<string, string>();
  for (const entry of messages) {
    if (entry.role === 'tool') {
      const called = open.get(entry.tool_call_id);
      if (called === undefined) return `The tool message "${entry.tool_call_id}" answers no open tool call.`;
      open.delete(entry.tool_call_id);
      results.push({ tool: called, text: plainText(entry.content) });
      continue;
    }
    if (open.size > 0) break;
    if (entry.role !== 'assistant') continue;
    if (entry.tool_calls === undefined && entry.content == null)
      return 'An assistant message needs content or tool calls.';
    for (const call of entry.tool_calls ?? []) {
      if (open.has(call.id)) return `The tool call id "${call.id}" appears twice in one assistant message.`;
      open.set(call.id, call.function.name);
    }
  }
  return open.size === 0 ? results : `The tool calls ${[...open.keys()].join(', ')} have no tool message.`;
}

function readTool(definition: z.infer<typeof tool>['function']): ToolDefinition {
  return {
    name: definition.name,
    description: definition.description,
    properties: Object.keys(definition.parameters.properties),
    required: definition.parameters.required,
  };
}

function plainText(content: z.infer<typeof text>): string {
  return typeof content === 'string' ? content : content.map((part) => part.text).join('');
}
