import { concatFrames } from '@holdfast/protocol/wire';
import { Endpoint, type EndpointOptions } from '../endpoint.ts';

/** What a runtime invokes the function with. */
export interface LambdaEvent {
  /** `/discover`, or `/invoke/<service>/<handler>`. */
  readonly path: string;
  readonly httpMethod: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

export interface LambdaReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * This makes the handler of an AWS Lambda function. Each call is one attempt, request and response; register a published version, not an alias.
 *
 *     export const handler = createLambdaHandler({ services: [greeter] });
 */
export function createLambdaHandler(options: EndpointOptions): (event: LambdaEvent) => Promise<LambdaReply> {
  const endpoint = new Endpoint(options);
  return async (event) => {
    const outcome = await endpoint.answer({
      method: event.httpMethod,
      path: event.path,
      headers: readHeaders(event.headers ?? {}),
      body: readBody(event),
      bidirectional: false,
    });
    const head = { statusCode: outcome.status, headers: outcome.headers };
    if ('body' in outcome) return { ...head, body: outcome.body, isBase64Encoded: false };
    const written: Uint8Array[] = [];
    await outcome.run({ write: (bytes) => void written.push(bytes), end: () => undefined });
    return { ...head, body: encodeBase64(concatFrames(written)), isBase64Encoded: true };
  };
}

function readHeaders(headers: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value]])),
  );
}

async function* readBody({ body, isBase64Encoded = false }: LambdaEvent): AsyncGenerator<Uint8Array> {
  if (body === undefined || body === null || body === '') return;
  yield isBase64Encoded
    ? Uint8Array.from(atob(body), (character) => character.charCodeAt(0))
    : new TextEncoder().encode(body);
}

// The characters of one call to String.fromCharCode are arguments on the stack.
const chunkBytes = 8192;

function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    binary += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  }
  return btoa(binary);
}
