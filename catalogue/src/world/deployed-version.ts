import { fileURLToPath } from 'node:url';
import { startLocalProcess } from '@holdfast/testing';
import type { Version } from '../scenario.ts';
import type { Admin } from './admin.ts';

/** A version of a scenario's services: a process on loopback, and a deployment of the target. */
export interface DeployedVersion extends AsyncDisposable {
  readonly version: Version;
  /** The deployment's id: `dp_…`. */
  readonly deployment: string;
  /** Waits until an invocation on this version waits at the gate; returns what opens it. */
  waitForGate(name: string): Promise<string>;
}

const serviceProcess = fileURLToPath(new URL('service-process.ts', import.meta.url));

export async function deployVersion(admin: Admin, scenario: string, version: Version): Promise<DeployedVersion> {
  const served = await startLocalProcess({
    name: `${scenario} ${version}`,
    command: process.execPath,
    args: [serviceProcess, scenario, version],
  });
  try {
    const [, port] = await served.waitForLine(/^port (\d+)$/u);
    const deployment = await admin.register(`http://127.0.0.1:${port}`);
    return {
      version,
      deployment,
      waitForGate: async (name) => (await served.waitForLine(new RegExp(`^gate ${name} (\\S+)$`, 'u')))[1] ?? '',
      [Symbol.asyncDispose]: () => served.kill('SIGKILL'),
    };
  } catch (error) {
    await served.kill('SIGKILL');
    throw error;
  }
}
