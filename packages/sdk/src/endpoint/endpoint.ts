/**
 * What every platform shares: which request is answered how. A platform brings requests and writes answers; it decides nothing.
 */
import {
  formatManifest,
  invocationContentType,
  MANIFEST_CONTENT_TYPES,
  type ManifestVersion,
  parseInvocationContentType,
  ProtocolError,
  supportedProtocolVersions,
} from '@holdfast/protocol/wire';
import type { AttemptSink } from '../attempt/attempt-driver.ts';
import { runAttempt } from '../attempt/attempt.ts';
import type { Logger } from '../context/session.ts';
import { type BoundHandler, bindHandlers } from '../definition/bound-handler.ts';
import type { AnyDefinition } from '../definition/service-definition.ts';
import { serviceManifest } from '../definition/service-manifest.ts';
import { SdkError } from '../error/sdk-error.ts';
import { RequestIdentity } from './request-identity.ts';

export interface EndpointOptions {
  readonly services: readonly AnyDefinition[];
  /** Public keys (`publickeyv1_…`) of the runtimes that may call. Left out: anybody may. */
  readonly identityKeys?: readonly string[];
  /** Refuses a step whose name was used before in its invocation and that nothing else tells apart. */
  readonly strict?: boolean;
  /** Where warnings and errors go; the console when left out. */
  readonly logger?: Logger;
  /** How long user code may do nothing, in a replay, before that is a mismatch. 2,000 when left out. */
  readonly stallMs?: number;
}

export interface EndpointRequest {
  readonly method: string;
  /** Path, with or without a query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether the platform streams both ways on this connection. */
  readonly bidirectional: boolean;
}

export type EndpointAnswer = { readonly status: number; readonly headers: Readonly<Record<string, string>> } & (
  | { readonly body: string }
  /** Runs the attempt; resolves when it has written its last byte. */
  | { readonly run: (sink: AttemptSink) => Promise<void> }
);

const version = '0.1.0';
const serverHeader: Readonly<Record<string, string>> = { 'x-restate-server': `holdfast-sdk-typescript/${version}` };
const defaultStallMs = 2_000;

export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #identity: RequestIdentity;
  readonly #handlers = new Map<string, BoundHandler>();
  readonly #shutdown = new AbortController();
  readonly #running = new Set<Promise<void>>();

  /** Throws `DEFINITION_REFUSED` when two services have one name. */
  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#identity = new RequestIdentity(options.identityKeys ?? []);
    const names = new Set<string>();
    for (const definition of options.services) {
      if (names.has(definition.name)) {
        throw new SdkError('DEFINITION_REFUSED', {
          message: `Two services are named ${definition.name}.`,
          details: { name: definition.name },
        });
      }
      names.add(definition.name);
      for (const handler of bindHandlers(definition)) this.#handlers.set(`${definition.name}/${handler.name}`, handler);
    }
  }

  async answer(request: EndpointRequest): Promise<EndpointAnswer> {
    const segments = (request.path.split('?', 1)[0] ?? '').split('/').filter((segment) => segment !== '');
    const last = segments.at(-1);
    const [act = '', service = '', handler = ''] = segments.slice(-3);
    try {
      if (act === 'invoke' && request.method === 'POST') {
        await this.#identity.check(request.headers, `/invoke/${service}/${handler}`, Date.now() / 1000);
        return this.#invoke(request, `${decodeURIComponent(service)}/${decodeURIComponent(handler)}`);
      }
      if (last === 'health') return json(200, { status: 'ok' });
      if (last === 'discover' && request.method === 'GET') {
        await this.#identity.check(request.headers, '/discover', Date.now() / 1000);
        return this.#discover(request);
      }
      return json(404, { message: `There is nothing at ${request.path}.` });
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /** What only waits is suspended, and goes on elsewhere; what executes a step ends it first. Resolves when no attempt is left. */
  async shutDown(): Promise<void> {
    this.#shutdown.abort();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #invoke(request: EndpointRequest, name: string): EndpointAnswer {
    const contentType = request.headers.get('content-type') ?? '';
    const protocolVersion = parseInvocationContentType(contentType);
    const handler = this.#handlers.get(name);
    if (handler === undefined) return json(404, { message: `There is no handler ${name} here.` });
    if (protocolVersion === undefined) {
      return json(415, {
        message: `The content type "${contentType}" is no version of the service protocol from 5 to 7.`,
      });
    }
    const { strict = false, stallMs = defaultStallMs, logger = globalThis.console } = this.#options;
    const run = (sink: AttemptSink): Promise<void> => {
      const attempt = runAttempt({
        version: protocolVersion,
        handler,
        input: request.body,
        sink,
        attemptHeaders: request.headers,
        strict,
        stallMs,
        logger,
        shutdown: this.#shutdown.signal,
      });
      this.#running.add(attempt);
      return attempt.finally(() => this.#running.delete(attempt));
    };
    return { status: 200, headers: { ...serverHeader, 'content-type': invocationContentType(protocolVersion) }, run };
  }

  #discover(request: EndpointRequest): EndpointAnswer {
    const accepted = (request.headers.get('accept') ?? '').split(',').map((one) => one.split(';', 1)[0]?.trim());
    const manifestVersion = ([4, 3, 2] as const).find((one) => accepted.includes(MANIFEST_CONTENT_TYPES[one]));
    if (manifestVersion === undefined) {
      return json(415, { message: 'This endpoint describes itself in versions 2 to 4 of the endpoint manifest.' });
    }
    return {
      status: 200,
      headers: { ...serverHeader, 'content-type': MANIFEST_CONTENT_TYPES[manifestVersion] },
      body: this.#manifest(manifestVersion, request.bidirectional),
    };
  }

  #manifest(manifestVersion: ManifestVersion, bidirectional: boolean): string {
    return formatManifest(
      {
        manifestVersion,
        protocolMode: bidirectional ? 'bidi' : 'requestResponse',
        minProtocolVersion: supportedProtocolVersions.min,
        maxProtocolVersion: supportedProtocolVersions.max,
        services: this.#options.services.map(serviceManifest),
      },
      manifestVersion,
    );
  }

  #refuse(error: unknown): EndpointAnswer {
    if (error instanceof SdkError && error.code === 'IDENTITY_REFUSED') {
      return json(401, { message: error.message, code: error.code });
    }
    if (error instanceof ProtocolError || error instanceof SdkError) {
      return json(500, { message: error.message, code: error.code });
    }
    if (error instanceof URIError) return json(404, { message: 'The path is malformed.' });
    this.#options.logger?.error(error);
    return json(500, { message: 'The endpoint failed to answer.' });
  }
}

function json(status: number, body: object): EndpointAnswer {
  return { status, headers: { ...serverHeader, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
