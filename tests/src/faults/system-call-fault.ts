import { spawnSync } from 'node:child_process';
import { SpawnedProcess } from '../harness/spawned-process.ts';

/** Whether this machine lets `strace` change what system calls answer; the tests that need it are skipped elsewhere. */
export const canInjectFaults: boolean =
  spawnSync('strace', ['-qq', '-e', 'inject=fdatasync:error=EIO', 'true'], { stdio: 'ignore' }).status === 0;

/**
 * Makes system calls of a running process fail or wait, until `stop`. `injection` is in the language of `strace`, e.g.
 * `fdatasync:error=EIO`.
 */
export class SystemCallFault {
  readonly #strace: SpawnedProcess;

  private constructor(strace: SpawnedProcess) {
    this.#strace = strace;
  }

  static async start(pid: number, injection: string): Promise<SystemCallFault> {
    const [call] = injection.split(':');
    const strace = await SpawnedProcess.start({
      title: `strace of process ${pid}`,
      command: 'strace',
      args: ['-f', '-e', `trace=${call}`, '-e', `inject=${injection}`, '-p', String(pid)],
    });
    await strace.waitUntilReady(() => /Process \d+ attached/.test(strace.output));
    return new SystemCallFault(strace);
  }

  /** Calls that were made to fail or wait so far, as strace prints them. */
  get output(): string {
    return this.#strace.output;
  }

  /** The process goes on without faults. */
  async stop(): Promise<void> {
    await this.#strace.kill();
  }
}
