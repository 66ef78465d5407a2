import { restateProgram } from '@holdfast/testing';
import type { ServerProgram } from '@holdfast/testing';
import { restateServerBinary } from '../../../scripts/restate-server.ts';

/** The pinned Restate server; its first use installs it, which takes as long as a download of 70 MB. */
export async function findRestate(): Promise<ServerProgram> {
  return restateProgram(await restateServerBinary());
}
