import { join } from 'node:path';
import { AdminHttp } from '../harness/admin-http.ts';
import { freePort } from '../harness/free-port.ts';
import { askHttp } from '../harness/http-answer.ts';
import { IngressHttp } from '../harness/ingress-http.ts';
import { SpawnedProcess } from '../harness/spawned-process.ts';
import { waitUntil } from '../harness/wait-until.ts';

const program = join(import.meta.dirname, '../../../packages/cli/bin/holdfast.js');

export interface RuntimeProcessOptions {
  /** Data directory; it outlives the process. */
  readonly data: string;
  /** Names of settings to values, as `--set` takes them. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly env?: Readonly<Record<string, string>>;
  /** How many files and connections the process may have open. */
  readonly openFilesMax?: number;
}

/** Holdfast as a process on a data directory that the test chooses, and may damage, fill or share. */
export class RuntimeProcess {
  readonly admin: AdminHttp;
  readonly ingress: IngressHttp;
  readonly #process: SpawnedProcess;

  private constructor(process: SpawnedProcess, ports: { readonly ingress: number; readonly admin: number }) {
    this.#process = process;
    this.admin = new AdminHttp(`http://127.0.0.1:${ports.admin}`);
    this.ingress = new IngressHttp(`http://127.0.0.1:${ports.ingress}`);
  }

  /** Starts the process without waiting for anything. */
  static async spawn(options: RuntimeProcessOptions): Promise<RuntimeProcess> {
    const ports = { ingress: await freePort(), admin: await freePort() };
    const settings = { 'ingress.port': ports.ingress, 'admin.port': ports.admin, ...options.settings };
    const args = [
      program,
      'up',
      '--data',
      options.data,
      ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ];
    const child = await SpawnedProcess.start({
      title: 'runtime',
      ...limitFiles([process.execPath, ...args], options.openFilesMax),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    return new RuntimeProcess(child, ports);
  }

  /** Starts the process and waits until it serves; ends it if it never does. */
  static async start(options: RuntimeProcessOptions): Promise<RuntimeProcess> {
    const runtime = await RuntimeProcess.spawn(options);
    try {
      await runtime.#process.waitUntilReady(() => runtime.isHealthy());
    } catch (error) {
      await runtime.kill();
      throw error;
    }
    return runtime;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get output(): string {
    return this.#process.output;
  }

  get hasExited(): boolean {
    return this.#process.hasExited;
  }

  /** Both ports say that they serve. */
  async isHealthy(): Promise<boolean> {
    const admin = await askHttp(`${this.admin.url}/health`, { timeoutMs: 3_000 });
    const ingress = await askHttp(`${this.ingress.url}/restate/health`, { timeoutMs: 3_000 });
    return admin.status === 200 && ingress.status === 200;
  }

  async waitUntilHealthy(): Promise<void> {
    await waitUntil('the runtime is healthy', () => this.isHealthy());
  }

  /** Waits until the process has ended by itself. */
  async waitUntilExited(): Promise<void> {
    await waitUntil('the runtime has ended', () => this.hasExited).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output}`);
    });
  }

  freeze(): void {
    this.#process.signal('SIGSTOP');
  }

  thaw(): void {
    this.#process.signal('SIGCONT');
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }
}

/** A shell sets the limit and becomes the program, so that the pid stays that of the program. */
function limitFiles(
  command: readonly [string, ...string[]],
  openFilesMax: number | undefined,
): { readonly command: string; readonly args: readonly string[] } {
  const [program, ...args] = command;
  if (openFilesMax === undefined) return { command: program, args };
  return { command: 'sh', args: ['-c', `ulimit -n ${openFilesMax} && exec "$0" "$@"`, program, ...args] };
}
