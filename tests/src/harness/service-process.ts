import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { serveVariable } from './serve-options.ts';
import type { ServeOptions } from './serve-options.ts';
import { SpawnedProcess } from './spawned-process.ts';
import type { TraceFile } from './trace-file.ts';

export type ServiceOptions = Omit<ServeOptions, 'port'> & {
  readonly port?: number;
  readonly trace: TraceFile;
  readonly env?: Readonly<Record<string, string>>;
};

/** An operating system process that serves services, at an address that stays the same when it is started again. */
export class ServiceProcess {
  readonly port: number;
  #options: ServiceOptions;
  #process: SpawnedProcess | undefined;

  private constructor(options: ServiceOptions, port: number) {
    this.#options = options;
    this.port = port;
  }

  static async start(options: ServiceOptions): Promise<ServiceProcess> {
    const service = new ServiceProcess(options, options.port ?? (await freePort()));
    try {
      await service.start();
    } catch (error) {
      // Nobody else can: the caller gets no process to end.
      await service.kill();
      throw error;
    }
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get useHttp11(): boolean {
    return this.#options.mode === 'http1';
  }

  get output(): string {
    return this.#process?.output ?? '';
  }

  /** Starts the process; `change` replaces options from now on, e.g. other code behind the same address. */
  async start(change: Partial<ServiceOptions> = {}): Promise<void> {
    if (this.#process !== undefined) throw new Error(`The services on port ${this.port} are running already.`);
    this.#options = { ...this.#options, ...change };
    const { trace, env, ...serve } = this.#options;
    const served: ServeOptions = { ...serve, port: this.port };
    this.#process = await SpawnedProcess.start({
      title: `service process ${serve.module}`,
      command: process.execPath,
      args: [
        ...loaderOf(serve),
        join(import.meta.dirname, serve.ours === true ? 'serve-sdk-services.ts' : 'serve-services.ts'),
      ],
      env: { ...env, ...trace.env, [serveVariable]: JSON.stringify(served) },
    });
    await this.#process.waitUntilReady(() => this.output.includes(`serving ${serve.module} on port`));
  }

  /** SIGKILL: connections break in the middle of whatever they carried. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** Kills the process and starts it again, by default with the same options. */
  async restart(change: Partial<ServiceOptions> = {}): Promise<void> {
    await this.kill();
    await this.start(change);
  }

  freeze(): void {
    this.#process?.signal('SIGSTOP');
  }

  thaw(): void {
    this.#process?.signal('SIGCONT');
  }
}

function loaderOf({ sdk }: Pick<ServeOptions, 'sdk'>): readonly string[] {
  return sdk === undefined ? [] : ['--import', join(import.meta.dirname, 'older-sdk-loader.ts')];
}
