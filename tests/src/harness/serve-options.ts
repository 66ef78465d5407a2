/** How a service process serves its services; handed over as one environment variable. */
export interface ServeOptions {
  /** Name of a file in `tests/src/services`, without its ending. It exports `services`. */
  readonly module: string;
  readonly port: number;
  /** The services are written with the SDK of this repository, not with the published one. */
  readonly ours?: boolean;
  /** Over HTTP/2 as a bidirectional stream (default), over HTTP/1.1 request-response, or over HTTP/2 request-response. */
  readonly mode?: 'bidirectional' | 'http1' | 'request-response';
  /** Asks the runtime to suspend at every await (`inactivityTimeout: 0`). */
  readonly alwaysSuspend?: boolean;
  /** State is loaded key by key instead of with the start of an attempt. */
  readonly lazyState?: boolean;
  /** Public keys of the runtimes that may call. */
  readonly identityKeys?: readonly string[];
  /** Rewrites the protocol versions that the manifest advertises, to look like an older or newer SDK. */
  readonly protocolVersions?: readonly [min: number, max: number];
  /** An older SDK instead of the current one; it serves bidirectional streams only. */
  readonly sdk?: '1.9';
  /** What the services answer when asked for their version. */
  readonly version?: string;
}

export const serveVariable = 'HOLDFAST_TEST_SERVE';

/** Called by services: the version that this process was started as. */
export function servedVersion(): string {
  return servedOptions().version ?? 'v1';
}

export function servedOptions(): ServeOptions {
  const text = process.env[serveVariable];
  if (text === undefined) throw new Error(`${serveVariable} is not set; services are started by startServices().`);
  return JSON.parse(text) as ServeOptions; // written by startServices()
}
