import { restateServerVersion } from '../../../scripts/restate-server.ts';
import type { Side } from './side.ts';

export interface RestateSideOptions {
  readonly binary: string;
  /** `1` for the best configuration on a small machine; undefined for the default, 24. */
  readonly partitions?: 1;
}

/**
 * The Restate server, with its defaults but for where it listens and that it reports nothing to its maker.
 *
 * With 24 partitions it syncs 24 logs and batches little; one partition is the stronger rival on a machine of few cores.
 */
export function restateSide({ binary, partitions }: RestateSideOptions): Side {
  const configuration = partitions === undefined ? 'default configuration' : 'RESTATE_DEFAULT_NUM_PARTITIONS=1';
  return {
    name: partitions === undefined ? 'restate' : 'restate-1',
    title: partitions === undefined ? 'Restate' : 'Restate, 1 partition',
    description: `Restate ${restateServerVersion} (npm binary), ${configuration}`,
    command: ({ folder, ingressPort, adminPort, internalPort }) => ({
      command: binary,
      args: ['--no-logo', '--base-dir', folder, '--node-name', 'bench'],
      env: {
        RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
        RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
        RESTATE_BIND_ADDRESS: `127.0.0.1:${internalPort}`,
        RESTATE_LISTEN_MODE: 'tcp',
        RESTATE_DISABLE_TELEMETRY: 'true',
        ...(partitions === undefined ? {} : { RESTATE_DEFAULT_NUM_PARTITIONS: String(partitions) }),
      },
    }),
  };
}
