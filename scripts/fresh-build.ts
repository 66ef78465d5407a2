import { execFileSync } from 'node:child_process';
import { repositoryFolder } from './repository.ts';

/** Tests of processes run what was built: a stale build must never make one pass. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: repositoryFolder, stdio: 'inherit' });
}
