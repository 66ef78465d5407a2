import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, waitUntil } from '@holdfast/testing';
import type { ServerProgram } from '@holdfast/testing';
import { adminAt } from '../world/admin.ts';
import type { Admin } from '../world/admin.ts';
import { ingressAt } from '../world/ingress.ts';
import type { Ingress } from '../world/ingress.ts';
import { findHoldfast } from './holdfast.ts';
import { findRestate } from './restate.ts';

export const targetNames = ['holdfast', 'restate'] as const;
export type TargetName = (typeof targetNames)[number];

/** A server under observation, running on an empty data folder. */
export interface Target extends AsyncDisposable {
  readonly admin: Admin;
  readonly ingress: Ingress;
}

const programs: Readonly<Record<TargetName, () => Promise<ServerProgram>>> = {
  holdfast: findHoldfast,
  restate: findRestate,
};

/** Starts the target; disposing it ends its process and removes its data. */
export async function openTarget(name: TargetName): Promise<Target> {
  const program = await programs[name]();
  const dataFolder = await mkdtemp(join(tmpdir(), `catalogue-${name}-`));
  const removeDataAtExit = (): void => rmSync(dataFolder, { recursive: true, force: true });
  process.on('exit', removeDataAtExit);

  const server = await startServer(program, dataFolder);
  const admin = adminAt(server.adminUrl);
  await waitUntil(`${program.name} answers queries`, () => admin.query('SELECT id FROM sys_invocation'));
  return {
    admin,
    ingress: ingressAt(server.ingressUrl),
    [Symbol.asyncDispose]: async () => {
      await server.kill();
      await rm(dataFolder, { recursive: true, force: true });
      process.off('exit', removeDataAtExit);
    },
  };
}
