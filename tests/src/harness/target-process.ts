import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as clients from '@restatedev/restate-sdk-clients';
import { AdminHttp } from './admin-http.ts';
import { expectedOn } from './differences.ts';
import type { DifferenceId, Outcomes } from './differences.ts';
import { freePort } from './free-port.ts';
import { askHttp } from './http-answer.ts';
import { IngressHttp } from './ingress-http.ts';
import { SpawnedProcess } from './spawned-process.ts';
import { chosenTarget, targetCommand } from './target-command.ts';
import type { TargetName, TargetPlace } from './target-command.ts';

export interface TargetOptions {
  readonly name?: TargetName;
  readonly identityKeyFile?: string;
  /** Asks Restate for protocol version 7, which is off there by default. */
  readonly protocolV7?: boolean;
}

/** A runtime under test: Holdfast or the real Restate server, as a process with a data folder and ports of its own. */
export class TargetProcess {
  readonly name: TargetName;
  readonly admin: AdminHttp;
  readonly ingress: IngressHttp;
  /** The published client library, connected to the ingress. */
  readonly client: clients.Ingress;
  readonly #place: TargetPlace;
  #process: SpawnedProcess | undefined;
  /** Services known before the last stop; the target counts as started when its ingress knows them again. */
  #knownServices: readonly string[] = [];

  private constructor(name: TargetName, place: TargetPlace) {
    this.name = name;
    this.#place = place;
    this.admin = new AdminHttp(`http://127.0.0.1:${place.adminPort}`);
    this.ingress = new IngressHttp(`http://127.0.0.1:${place.ingressPort}`);
    this.client = clients.connect({ url: this.ingress.url });
  }

  static async start(options: TargetOptions = {}): Promise<TargetProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-target-'));
    const target = new TargetProcess(options.name ?? chosenTarget(), {
      folder,
      ingressPort: await freePort(),
      adminPort: await freePort(),
      clusterPort: await freePort(),
      ...(options.identityKeyFile === undefined ? {} : { identityKeyFile: options.identityKeyFile }),
      protocolV7: options.protocolV7 ?? false,
    });
    try {
      await target.start();
    } catch (error) {
      // Nobody else can: the caller gets no target to close.
      await target.close();
      throw error;
    }
    return target;
  }

  /** The pid of the running process; changes with every start. */
  get pid(): number {
    if (this.#process === undefined) throw new Error(`The ${this.name} target is not running.`);
    return this.#process.pid;
  }

  get output(): string {
    return this.#process?.output ?? '';
  }

  /** Starts the process on its data folder and waits until it serves. */
  async start(): Promise<void> {
    if (this.#process !== undefined) throw new Error(`The ${this.name} target is running already.`);
    const command = await targetCommand(this.name, this.#place);
    this.#process = await SpawnedProcess.start({ title: `target ${this.name}`, cwd: this.#place.folder, ...command });
    await this.#process.waitUntilReady(async () => {
      const admin = await askHttp(`${this.admin.url}/health`, { timeoutMs: 2_000 });
      const ingress = await askHttp(`${this.ingress.url}/restate/health`, { timeoutMs: 2_000 });
      if (admin.status !== 200 || ingress.status !== 200) return false;
      const served = ingress.json<{ services: string[] }>().services;
      // Restate's ingress answers 404 for a moment after a start, until it has read the registry.
      return this.#knownServices.every((one) => served.includes(one));
    });
  }

  /** SIGKILL, as a crash or an out-of-memory killer does it. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** Crash and start again on the same data. */
  async restart(): Promise<void> {
    await this.rememberServices();
    await this.kill();
    await this.start();
  }

  /** Notes which services are registered, so that the next start waits for them. */
  async rememberServices(): Promise<void> {
    const health = await this.ingress.get('/restate/health');
    this.#knownServices = health.json<{ services: string[] }>().services;
  }

  freeze(): void {
    this.#process?.signal('SIGSTOP');
  }

  thaw(): void {
    this.#process?.signal('SIGCONT');
  }

  /** Ends the process and removes its data. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.#place.folder, { recursive: true, force: true });
  }

  /**
   * The outcome to expect where Holdfast differs from Restate on purpose.
   *
   * The difference must be listed in differences.ts, which says why; the documentation has a row for each.
   */
  differs<T>(id: DifferenceId, outcomes: Outcomes<T>): T {
    return expectedOn(this.name, id, outcomes);
  }
}
