/**
 * The "model" of the model server: a rule in place of a mind.
 *
 * What corrupts an agent's history is not a bad model but a model that is shown an old result beside a new description.
 * To make that visible, this one does exactly what its manual tells it and nothing else: it reads the scale of the score
 * off the description of the tool it is *sent*, and judges the score it finds in the conversation by that scale. It has no
 * memory and no randomness, so the same request always gets the same reply.
 */

/** What any dialect of model API boils down to before the rule looks at it. */
export interface Conversation {
  readonly tools: readonly ToolDefinition[];
  /** The text of the newest message of the user, from which the arguments of a call are copied. */
  readonly userText: string;
  /** Every tool result of the conversation, oldest first. */
  readonly results: readonly ToolResult[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** Names of the properties in the tool's JSON Schema, and which of them a call must carry. */
  readonly properties: readonly string[];
  readonly required: readonly string[];
}

export interface ToolResult {
  readonly tool: string;
  readonly text: string;
}

export type ModelReply =
  | { readonly kind: 'call'; readonly tool: string; readonly args: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'verdict';
      readonly verdict: Verdict;
      readonly score: number;
      readonly scale: number;
      readonly text: string;
    }
  | { readonly kind: 'refusal'; readonly code: RefusalCode; readonly message: string };

export type Verdict = 'BLOCK' | 'APPROVE';

export type RefusalCode = 'NO_SCALE' | 'NO_ARGUMENT' | 'UNREADABLE_RESULT';

/** Above this share of its scale a score blocks the transaction. */
export const blockAbove = 0.7;

/** Calls the tool that scores the transaction if the conversation has no score yet, else judges the newest score. */
export function replyTo(conversation: Conversation): ModelReply {
  const found = findScoredTool(conversation.tools);
  if (found === undefined) {
    return {
      kind: 'refusal',
      code: 'NO_SCALE',
      message: `None of the ${conversation.tools.length} tools sent has a description that states a scale such as "0 to 10".`,
    };
  }
  const { tool, scale } = found;

  const result = conversation.results.findLast((candidate) => candidate.tool === tool.name);
  return result === undefined ? callTool(tool, conversation.userText) : judge(tool, scale, result.text);
}

function findScoredTool(tools: readonly ToolDefinition[]): { tool: ToolDefinition; scale: number } | undefined {
  for (const tool of tools) {
    const scale = /\b0 to (\d+)\b/u.exec(tool.description)?.[1];
    if (scale !== undefined && Number(scale) > 0) return { tool, scale: Number(scale) };
  }
  return undefined;
}

/** Copies the arguments from the JSON object that the user's message contains, by name. */
function callTool(tool: ToolDefinition, userText: string): ModelReply {
  const facts = readFacts(userText);
  const missing = tool.required.find((name) => !Object.hasOwn(facts, name));
  if (missing !== undefined) {
    return {
      kind: 'refusal',
      code: 'NO_ARGUMENT',
      message: `The tool ${tool.name} requires "${missing}", and no JSON object in the user's message has it.`,
    };
  }
  const args = Object.fromEntries(Object.entries(facts).filter(([name]) => tool.properties.includes(name)));
  return { kind: 'call', tool: tool.name, args };
}

function judge(tool: ToolDefinition, scale: number, resultText: string): ModelReply {
  const score = readScore(resultText);
  if (score === undefined) {
    return {
      kind: 'refusal',
      code: 'UNREADABLE_RESULT',
      message: `The result of ${tool.name} is neither a number nor an object with a number "score".`,
    };
  }
  const share = score / scale;
  const verdict: Verdict = share > blockAbove ? 'BLOCK' : 'APPROVE';
  const text = `${verdict}: ${tool.name} gave ${score} on a scale of 0 to ${scale}, that is ${Math.round(share * 100)} percent.`;
  return { kind: 'verdict', verdict, score, scale, text };
}

function readFacts(text: string): Record<string, unknown> {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start === -1 || end < start) return {};
  const value = parseJson(text.slice(start, end + 1));
  return isRecord(value) ? value : {};
}

function readScore(text: string): number | undefined {
  const value = parseJson(text);
  const score = isRecord(value) ? value['score'] : value;
  return typeof score === 'number' ? score : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an ordinary answer here: the callers report it in their own words.
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
