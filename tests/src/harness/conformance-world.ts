import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { AdminHttp, RegisterOptions } from './admin-http.ts';
import { chosenConfiguration } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { IngressHttp } from './ingress-http.ts';
import { ServiceProcess } from './service-process.ts';
import type { ServiceOptions } from './service-process.ts';
import { TargetProcess } from './target-process.ts';
import type { TargetOptions } from './target-process.ts';
import { TraceFile } from './trace-file.ts';

export interface WorldOptions {
  /** The services to start and register before the tests; left out: the tests start their own. */
  readonly services?: Omit<ServiceOptions, 'trace'>;
  readonly target?: TargetOptions;
}

/** What the tests of one file share: one target process, its services, and the trace of what user code did. */
export class ConformanceWorld {
  readonly trace: TraceFile;
  readonly target: TargetProcess;
  /** How services are delivered; a test may say otherwise for its own. */
  readonly configuration: Configuration = chosenConfiguration();
  readonly #services: ServiceProcess[] = [];
  /** Id of the deployment that was registered with the world. */
  deploymentId = '';

  constructor(target: TargetProcess, trace: TraceFile) {
    this.target = target;
    this.trace = trace;
  }

  get admin(): AdminHttp {
    return this.target.admin;
  }

  get ingress(): IngressHttp {
    return this.target.ingress;
  }

  /** The services that the world was opened with. */
  get services(): ServiceProcess {
    const first = this.#services[0];
    if (first === undefined) throw new Error('This world was opened without services.');
    return first;
  }

  /** Starts one more service process, in the chosen configuration but for what `options` says; it is ended with the world. */
  async startServices(options: Omit<ServiceOptions, 'trace'>): Promise<ServiceProcess> {
    const service = await ServiceProcess.start({ ...this.configuration.serve, ...options, trace: this.trace });
    this.#services.push(service);
    return service;
  }

  /** Registers what the process serves and returns the deployment's id. */
  register(service: ServiceProcess, options: RegisterOptions = {}): Promise<string> {
    return this.admin.register(service.url, { ...wayTo(service), ...options });
  }

  /** Asks for a registration of what the process serves and returns whatever is answered. */
  tryRegister(service: ServiceProcess, options: RegisterOptions = {}): Promise<HttpAnswer> {
    return this.admin.tryRegister(service.url, { ...wayTo(service), ...options });
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.target.close(), ...this.#services.map((one) => one.kill())]);
  }
}

/**
 * Opens a world before the tests of the file (or of the `describe` it is called in) and ends all its processes after
 * them, also when opening failed half-way. Returns a function, because the world exists only while tests run.
 */
export function useWorld(options: WorldOptions = {}): () => ConformanceWorld {
  let world: ConformanceWorld | undefined;
  let folder: string | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-trace-'));
    const target = await TargetProcess.start({ protocolV7: needsVersion7(options), ...options.target });
    world = new ConformanceWorld(target, new TraceFile(join(folder, 'trace.jsonl')));
    if (options.services !== undefined) {
      const service = await world.startServices(options.services);
      world.deploymentId = await world.register(service);
    }
  });

  afterAll(async () => {
    await world?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  return () => {
    if (world === undefined) throw new Error('The world exists only while tests run.');
    return world;
  };
}

/** Restate speaks version 7 only when asked to, and services that speak nothing else must not be left without an answer. */
function needsVersion7({ services }: WorldOptions): boolean {
  const [min = 0] = services?.protocolVersions ?? chosenConfiguration().serve.protocolVersions ?? [];
  return min >= 7;
}

function wayTo(service: ServiceProcess): RegisterOptions {
  return service.useHttp11 ? { use_http_11: true } : {};
}
