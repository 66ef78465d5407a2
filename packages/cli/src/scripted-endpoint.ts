/**
 * A deployment as small as the protocol allows: HTTP/1.1, request and response, protocol version 6. It answers every attempt with the
 * frames that its script says.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  concatFrames,
  decodeStoredEntry,
  encodeCommand,
  encodeEnd,
  encodeError,
  encodeSuspension,
  splitFrames,
} from '@holdfast/protocol';
import type { Command, Notification } from '@holdfast/protocol';

/** Given the journal that an attempt replays, the messages that it answers with. */
export type Script = (journal: readonly (Command | Notification)[]) => readonly Uint8Array[];

export interface EndpointService {
  readonly name: string;
  readonly kind?: 'SERVICE' | 'VIRTUAL_OBJECT' | 'WORKFLOW';
  readonly documentation?: string;
}

export interface ScriptedEndpoint {
  readonly url: string;
  /** May be replaced while it runs. */
  script: Script;
  services: readonly EndpointService[];
  /** Headers of the latest discovery. */
  readonly discoveryHeaders: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Every service has one handler, `work`. */
export async function openEndpoint(services: readonly EndpointService[], script: Script): Promise<ScriptedEndpoint> {
  let discoveryHeaders: Readonly<Record<string, unknown>> = {};
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/discover') === true) {
      discoveryHeaders = request.headers;
      answerDiscovery(response, endpoint.services);
    } else void answerAttempt(request, response, endpoint);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address of this shape.
  const { port } = server.address() as AddressInfo;
  const endpoint: ScriptedEndpoint = {
    url: `http://127.0.0.1:${port}`,
    script,
    services,
    get discoveryHeaders() {
      return discoveryHeaders;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return endpoint;
}

function answerDiscovery(response: ServerResponse, services: readonly EndpointService[]): void {
  const described = services.map(({ name, kind = 'SERVICE', documentation }) => ({
    name,
    ty: kind,
    documentation,
    handlers: [{ name: 'work', ...(kind === 'WORKFLOW' ? { ty: 'WORKFLOW' } : {}) }],
  }));
  response.setHeader('content-type', 'application/vnd.restate.endpointmanifest.v3+json');
  response.end(
    JSON.stringify({
      protocolMode: 'REQUEST_RESPONSE',
      minProtocolVersion: 5,
      maxProtocolVersion: 6,
      services: described,
    }),
  );
}

async function answerAttempt(
  request: IncomingMessage,
  response: ServerResponse,
  { script }: ScriptedEndpoint,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  // The first frame starts the attempt; what follows is the journal.
  const journal = splitFrames(concatFrames(chunks)).slice(1).map(decodeStoredEntry);
  response.setHeader('content-type', 'application/vnd.restate.invocation.v6');
  response.end(concatFrames(script(journal)));
}

const completionId = 1;

/** Sleeps until long after the test. */
export const sleepLong =
  (name: string): Script =>
  (journal) => {
    const recorded =
      journal.length > 1 ? [] : [encodeCommand({ kind: 'sleep', name, wakeUpAt: farFuture, completionId })];
    return [...recorded, encodeSuspension({ completions: [completionId], signals: [1], namedSignals: [] }, 6)];
  };

const farFuture = Date.UTC(2100, 0, 1);

/** Answers at once with this text. */
export const succeed =
  (text: string): Script =>
  () => [
    encodeCommand({
      kind: 'output',
      name: '',
      result: { kind: 'success', value: new TextEncoder().encode(JSON.stringify(text)) },
    }),
    encodeEnd(),
  ];

const mismatchCode = 570;

/** Reports that what the code does is not what the journal holds at a command. */
export const disagree =
  (commandIndex: number, message: string): Script =>
  () => [
    encodeError({
      kind: 'error',
      code: mismatchCode,
      message,
      stacktrace: '',
      relatedCommandIndex: commandIndex,
      behavior: 'retry',
    }),
  ];
