import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryFolder: string = join(dirname(fileURLToPath(import.meta.url)), '..');

// What installs, builds and runs leave behind. The same as .gitignore, so that a download without Git is checked too.
const ignoredFolders = new Set(['.git', '.cache', '.holdfast', 'coverage', 'dist', 'holdfast-data', 'node_modules']);
const ignoredEndings = ['.tsbuildinfo', '.tgz'];

/** Lists the repository's files as paths from its root, with forward slashes, sorted. */
export function listFiles(ending = ''): readonly string[] {
  const files: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!ignoredFolders.has(entry.name)) visit(path);
      } else if (entry.name.endsWith(ending) && !ignoredEndings.some((ignored) => entry.name.endsWith(ignored))) {
        files.push(relative(repositoryFolder, path).split(sep).join('/'));
      }
    }
  };
  visit(repositoryFolder);
  return files.toSorted();
}

/** Reads a file by its path from the repository's root. */
export function readText(path: string): string {
  return readFileSync(join(repositoryFolder, path), 'utf8');
}
