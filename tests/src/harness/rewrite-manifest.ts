import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { ServeOptions } from './serve-options.ts';

/** Changes the advertised protocol versions in the answer to a discovery request, to look like an older or newer SDK. */
export function rewriteManifest(
  url: string | undefined,
  response: ServerResponse | Http2ServerResponse,
  { protocolVersions }: ServeOptions,
): void {
  if (protocolVersions === undefined || url?.endsWith('/discover') !== true) return;
  // SDKs write the manifest with one write() or end(); both kinds of response have them with this signature.
  const target = response as Record<'write' | 'end', (chunk?: Uint8Array | string, ...rest: unknown[]) => unknown>;
  for (const method of ['write', 'end'] as const) {
    const write = target[method].bind(response);
    target[method] = (chunk, ...rest) => {
      if (chunk === undefined || chunk.length === 0) return write(chunk, ...rest);
      const manifest = JSON.parse(Buffer.from(chunk).toString()) as Record<string, unknown>; // an endpoint manifest
      const [minProtocolVersion, maxProtocolVersion] = protocolVersions;
      return write(Buffer.from(JSON.stringify({ ...manifest, minProtocolVersion, maxProtocolVersion })), ...rest);
    };
  }
}
