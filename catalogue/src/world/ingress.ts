import { z } from 'zod';

/** The target's side for callers. Paths are those of the ingress: `Service/handler` or `Service/key/handler`. */
export interface Ingress {
  /** Calls and waits for the result. */
  call(path: string, input?: unknown): Promise<unknown>;
  /** Sends without waiting; returns the invocation's id once it is accepted. */
  send(path: string, input?: unknown, options?: { readonly delayMs?: number }): Promise<string>;
  /** Waits for the result of an invocation that was sent. */
  result(invocation: string): Promise<unknown>;
  openGate(gate: string): Promise<void>;
}

// No step of a story takes longer than seconds; a target that never answers must not hang the catalogue.
const answerTimeoutMs = 20_000;
const sent = z.object({ invocationId: z.string() });

export function ingressAt(url: string): Ingress {
  async function ask(path: string, init: RequestInit = {}): Promise<string> {
    const response = await fetch(`${url}/${path}`, { ...init, signal: AbortSignal.timeout(answerTimeoutMs) });
    const text = await response.text();
    if (!response.ok) throw new Error(`The ingress answered ${path} with ${response.status}: ${text}`);
    return text;
  }
  const post = (path: string, input: unknown): Promise<string> =>
    ask(path, {
      method: 'POST',
      ...(input === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) }),
    });
  const parse = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));

  return {
    call: async (path, input) => parse(await post(path, input)),
    send: async (path, input, { delayMs } = {}) => {
      const delay = delayMs === undefined ? '' : `?delay=${delayMs}ms`;
      return sent.parse(parse(await post(`${path}/send${delay}`, input))).invocationId;
    },
    result: async (invocation) => parse(await ask(`restate/invocation/${invocation}/attach`)),
    openGate: async (gate) => {
      await post(`restate/awakeables/${gate}/resolve`, null);
    },
  };
}
