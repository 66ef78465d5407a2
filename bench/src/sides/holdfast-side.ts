import { join } from 'node:path';
import { repositoryFolder } from '../../../scripts/repository.ts';
import type { Side } from './side.ts';

const program = join(repositoryFolder, 'packages/cli/bin/holdfast.js');
/** The same from source: a profile tells its modules apart, which a bundle has in one file. */
const sourceProgram = join(repositoryFolder, 'packages/cli/src/command-process.ts');

/** The Holdfast runtime of this checkout, as built, with its defaults. `nodeArgs` are for the profiler. */
export function holdfastSide(version: string, nodeArgs: readonly string[] = []): Side {
  return {
    name: 'holdfast',
    title: 'Holdfast',
    description: `Holdfast ${version}, default configuration, on Node ${process.versions.node}`,
    command: ({ folder, ingressPort, adminPort }) => ({
      command: process.execPath,
      args: [
        ...(nodeArgs.length === 0 ? [program] : [...nodeArgs, '--conditions=holdfast-source', sourceProgram]),
        'up',
        '--data',
        folder,
        '--ingress-port',
        String(ingressPort),
        '--admin-port',
        String(adminPort),
      ],
      env: {},
    }),
  };
}
