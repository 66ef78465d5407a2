import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own with so many bytes; needs the right to mount. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Undefined where this process may not mount. */
  static mount(bytes: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
    const options = `size=${bytes},mode=700`;
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
    if (mounted.status === 0) return new SmallDisk(folder);
    rmdirSync(folder);
    return undefined;
  }

  /** Leaves no byte free. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    writeFileSync(this.#ballast, Buffer.alloc(bavail * bsize));
  }

  /** Takes back what `fill` wrote. */
  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    if (!existsSync(this.folder)) return;
    // Lazily: a child of a process that was killed may need a moment to notice.
    spawnSync('umount', ['-l', this.folder], { stdio: 'ignore' });
    rmdirSync(this.folder);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}

/** Whether this process may mount a disk; the tests that need one are skipped elsewhere. */
export function canMount(): boolean {
  const disk = SmallDisk.mount(65_536);
  disk?.unmount();
  return disk !== undefined;
}
