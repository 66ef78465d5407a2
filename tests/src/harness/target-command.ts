import { join } from 'node:path';
import { restateServerBinary } from '../../../scripts/restate-server.ts';

export type TargetName = 'holdfast' | 'restate';

/** What a target process is started with. */
export interface TargetPlace {
  readonly folder: string;
  readonly ingressPort: number;
  readonly adminPort: number;
  /** Where the nodes of a Restate cluster talk; stays the same over restarts, as its members know each other by it. */
  readonly clusterPort: number;
  /** PEM file of the key that signs requests to services. */
  readonly identityKeyFile?: string;
  /** Asks Restate for protocol version 7, which is off there by default. */
  readonly protocolV7: boolean;
}

export interface TargetCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The target that the environment asks for: `HOLDFAST_TARGET`, by default Holdfast itself. */
export function chosenTarget(): TargetName {
  const name = process.env['HOLDFAST_TARGET'] ?? 'holdfast';
  if (name === 'holdfast' || name === 'restate') return name;
  throw new Error(`HOLDFAST_TARGET is "${name}"; it must be "holdfast" or "restate".`);
}

export async function targetCommand(name: TargetName, place: TargetPlace): Promise<TargetCommand> {
  return name === 'holdfast' ? holdfastCommand(place) : restateCommand(place);
}

function holdfastCommand(place: TargetPlace): TargetCommand {
  const program = join(import.meta.dirname, '../../../packages/cli/bin/holdfast.js');
  const identity = place.identityKeyFile === undefined ? [] : ['--identity-key', place.identityKeyFile];
  return {
    command: process.execPath,
    args: [
      program,
      'up',
      '--data',
      join(place.folder, 'data'),
      '--ingress-port',
      String(place.ingressPort),
      '--admin-port',
      String(place.adminPort),
      ...identity,
    ],
    env: {},
  };
}

async function restateCommand(place: TargetPlace): Promise<TargetCommand> {
  return {
    command: await restateServerBinary(),
    args: ['--no-logo', '--node-name', 'conformance', '--base-dir', join(place.folder, 'data')],
    env: {
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_BIND_ADDRESS: `127.0.0.1:${place.clusterPort}`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${place.ingressPort}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${place.adminPort}`,
      // Small on purpose: the suite shares two cores with the services it drives.
      RESTATE_DEFAULT_NUM_PARTITIONS: '4',
      RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: '256MB',
      RESTATE_DISABLE_TELEMETRY: 'true',
      // Expired invocations go within a second instead of an hour, so that a test can see it.
      RESTATE_WORKER__CLEANUP_INTERVAL: '1s',
      ...(place.protocolV7 ? { RESTATE_EXPERIMENTAL_ENABLE_PROTOCOL_V7: 'true' } : {}),
      ...(place.identityKeyFile === undefined
        ? {}
        : { RESTATE_WORKER__INVOKER__REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: place.identityKeyFile }),
    },
  };
}
