import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryFolder } from '../../scripts/repository.ts';

const packageSchema = z.object({ version: z.string() });

/** The machine in a sentence: what a reader needs to place the figures. `folder` is where the servers keep their data. */
export function describeMachine(folder: string): string {
  const [cpu] = cpus();
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  return (
    `Machine: ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memoryGib} GiB, ` +
    `${type()} ${release()} ${arch()}, data on ${fileSystemOf(folder)}`
  );
}

/** The version of the checkout: release and commit. */
export function describeCheckout(): string {
  return `${packageVersion('packages/runtime')} (${commitOf(repositoryFolder)})`;
}

/** Version of a package by its folder in this repository. */
export function packageVersion(folder: string): string {
  return packageSchema.parse(JSON.parse(readFileSync(join(repositoryFolder, folder, 'package.json'), 'utf8'))).version;
}

function commitOf(folder: string): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'not a Git checkout';
  }
}

/** Type of the file system that holds the folder; in memory a sync costs nothing, and figures are worth as much. */
function fileSystemOf(folder: string): string {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, point]) => point !== undefined && (folder === point || folder.startsWith(point.replace(/\/?$/, '/'))))
    .toSorted(([, a = ''], [, b = '']) => a.length - b.length);
  return mounts.at(-1)?.[2] ?? 'an unknown file system';
}
