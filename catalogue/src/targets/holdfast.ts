import { fileURLToPath } from 'node:url';
import { holdfastProgram } from '@holdfast/testing';
import type { ServerProgram } from '@holdfast/testing';

/** This repository's own runtime, through the command that users start it with. */
export async function findHoldfast(): Promise<ServerProgram> {
  return holdfastProgram(fileURLToPath(new URL('../../../packages/cli/bin/holdfast.js', import.meta.url)));
}
