import { join } from 'node:path';
import { freePort } from '../harness/free-port.ts';
import { SpawnedProcess } from '../harness/spawned-process.ts';

/** An endpoint that breaks the rules, as a process; see misbehaving-program.ts. */
export class MisbehavingProcess {
  readonly url: string;
  readonly #process: SpawnedProcess;

  private constructor(process: SpawnedProcess, port: number) {
    this.#process = process;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(protocol: 'http1' | 'http2'): Promise<MisbehavingProcess> {
    const port = await freePort();
    const child = await SpawnedProcess.start({
      title: `misbehaving endpoint over ${protocol}`,
      command: process.execPath,
      args: [join(import.meta.dirname, 'misbehaving-program.ts'), protocol, String(port)],
    });
    const server = new MisbehavingProcess(child, port);
    await child
      .waitUntilReady(() => child.output.includes('misbehaving on port'))
      .catch(async (error: unknown) => {
        await child.kill();
        throw error;
      });
    return server;
  }

  /** Paths that were asked for, one a line. */
  get output(): string {
    return this.#process.output;
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }
}
