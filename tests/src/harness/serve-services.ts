/**
 * Main module of a service process: serves one file of `tests/src/services` with the published SDK.
 *
 * It runs in a process of its own because the tests kill, freeze and replace it, as it happens to real services.
 */
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as restate from '@restatedev/restate-sdk/node';
import { rewriteManifest } from './rewrite-manifest.ts';
import { servedOptions } from './serve-options.ts';

interface ServiceModule {
  readonly services: restate.EndpointOptions['services'];
}

const options = servedOptions();
if (options.sdk !== undefined && (options.mode ?? 'bidirectional') !== 'bidirectional') {
  throw new Error(`SDK ${options.sdk} cannot serve ${options.mode}.`);
}
const module = (await import(`../services/${options.module}.ts`)) as ServiceModule; // every file there exports `services`
const handle = restate.createEndpointHandler({
  services: module.services,
  ...(options.mode === 'request-response' ? { bidirectional: false } : {}),
  ...(options.identityKeys === undefined ? {} : { identityKeys: [...options.identityKeys] }),
  defaultServiceOptions: {
    ...(options.alwaysSuspend === true ? { inactivityTimeout: 0 } : {}),
    ...(options.lazyState === true ? { enableLazyState: true } : {}),
  },
  logger: (meta, message, ...rest) => {
    const level: string = meta.level;
    if (level === 'error' || level === 'warn') console.error(level, message, ...rest);
  },
});

if (options.mode === 'http1') {
  const server = http.createServer((request, response) => {
    rewriteManifest(request.url, response, options);
    handle(request, response);
  });
  server.listen(options.port, '127.0.0.1', ready);
} else {
  const server = http2.createServer((request, response) => {
    rewriteManifest(request.url, response, options);
    handle(request, response);
  });
  server.listen(options.port, '127.0.0.1', ready);
}

// The pipe closes when the test process ends, however it ends; then this process must not stay behind.
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));

function ready(): void {
  console.log(`serving ${options.module} on port ${options.port}`);
}
