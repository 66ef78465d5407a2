import type { ServerProgram } from './server-process.ts';

/** A Restate server, for comparison, from the binary at `binaryPath`. It gets a cluster of its own on loopback. */
export function restateProgram(binaryPath: string): ServerProgram {
  return {
    name: 'Restate',
    command: ({ dataFolder, ingressPort, adminPort, internalPort }) => ({
      command: binaryPath,
      args: ['--no-logo', '--base-dir', dataFolder, '--node-name', 'node-1'],
      env: {
        RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
        RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
        RESTATE_BIND_ADDRESS: `127.0.0.1:${internalPort}`,
        RESTATE_LISTEN_MODE: 'tcp',
        RESTATE_DISABLE_TELEMETRY: 'true',
        RESTATE_LOG_DISABLE_ANSI_CODES: 'true',
        // The defaults size the caches for a machine of its own.
        RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: '256 MiB',
      },
    }),
  };
}
