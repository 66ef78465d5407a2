/**
 * Main module of a service process: serves one file of `tests/src/services` with the SDK of this repository.
 *
 * It runs in a process of its own because the tests kill and replace it, as it happens to real services.
 */
import * as http from 'node:http';
import * as http2 from 'node:http2';
import type { AnyDefinition } from '@holdfast/sdk';
import { createHandler, serve } from '@holdfast/sdk/node';
import { rewriteManifest } from './rewrite-manifest.ts';
import { servedOptions } from './serve-options.ts';

interface ServiceModule {
  readonly services: readonly AnyDefinition[];
}

const options = servedOptions();
const module = (await import(`../services/${options.module}.ts`)) as ServiceModule; // every file there exports `services`
const endpoint = {
  services: module.services.map((definition): AnyDefinition => {
    const { alwaysSuspend = false, lazyState = false } = options;
    const forced = {
      ...(alwaysSuspend ? { inactivityTimeout: 0 } : {}),
      ...(lazyState ? { enableLazyState: true } : {}),
    };
    return { ...definition, options: { ...definition.options, ...forced } };
  }),
  ...(options.mode === 'request-response' ? { bidirectional: false } : {}),
  ...(options.identityKeys === undefined ? {} : { identityKeys: options.identityKeys }),
};

if (options.mode === 'http1' || options.protocolVersions !== undefined) {
  const handle = createHandler(endpoint);
  const listener = (
    request: http.IncomingMessage | http2.Http2ServerRequest,
    response: http.ServerResponse | http2.Http2ServerResponse,
  ): void => {
    rewriteManifest(request.url, response, options);
    handle(request, response);
  };
  const server = options.mode === 'http1' ? http.createServer(listener) : http2.createServer(listener);
  await new Promise<void>((resolve) => void server.listen(options.port, '127.0.0.1', resolve));
} else {
  await serve({ ...endpoint, port: options.port, host: '127.0.0.1' });
}
console.log(`serving ${options.module} on port ${options.port}`);

// The pipe closes when the test process ends, however it ends; then this process must not stay behind.
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
