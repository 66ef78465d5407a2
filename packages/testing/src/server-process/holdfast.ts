import type { ServerProgram } from './server-process.ts';

/** The Holdfast runtime, started with the command at `cliPath`: the file that the `holdfast` command runs. */
export function holdfastProgram(cliPath: string): ServerProgram {
  return {
    name: 'Holdfast',
    command: ({ dataFolder, ingressPort, adminPort }) => ({
      command: process.execPath,
      // prettier-ignore
      args: [
        cliPath, 'up',
        '--data', dataFolder,
        '--ingress-port', String(ingressPort),
        '--admin-port', String(adminPort),
      ],
    }),
  };
}
