import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, openLog, startRuntime } from '@holdfast/runtime';
import type { Runtime } from '@holdfast/runtime';
import { runCommandLine } from './main.ts';
import { RecordingTerminal } from './recording-terminal.ts';
import { openEndpoint } from './scripted-endpoint.ts';
import type { EndpointService, Script, ScriptedEndpoint } from './scripted-endpoint.ts';

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly notes: string;
  readonly questions: readonly string[];
}

/** A real runtime on a folder of its own, and the command line beside it. */
export class RuntimeScene {
  readonly runtime: Runtime;
  readonly #folder: string;
  readonly #endpoints: ScriptedEndpoint[] = [];

  private constructor(folder: string, runtime: Runtime) {
    this.#folder = folder;
    this.runtime = runtime;
  }

  static async open(): Promise<RuntimeScene> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
    const flags = new Map<string, unknown>([
      ['data', folder],
      ['ingress.port', 0],
      ['admin.port', 0],
    ]);
    const { config } = loadConfig({ file: undefined, environment: {}, flags, folder });
    const log = openLog({ level: 'silent', format: 'json' });
    const onFatal = (error: Error): void => {
      throw error;
    };
    return new RuntimeScene(folder, await startRuntime(config, { log, onFatal }));
  }

  async serve(services: readonly EndpointService[], script: Script): Promise<ScriptedEndpoint> {
    const endpoint = await openEndpoint(services, script);
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  /** Runs a command; `answers` make it one with a person at the terminal. */
  async run(args: readonly string[], answers?: readonly (string | undefined)[]): Promise<Ran> {
    const terminal = new RecordingTerminal({
      environment: { HOLDFAST_ADMIN_URL: this.runtime.adminUrl },
      ...(answers === undefined ? {} : { answers }),
    });
    const exitCode = await runCommandLine(args, terminal);
    return { exitCode, output: terminal.output, notes: terminal.notes, questions: terminal.questions };
  }

  /** Runs a command that must succeed, with `--json`. */
  async runJson(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const { exitCode, output, notes } = await this.run([...args, '--json']);
    if (exitCode !== 0) throw new Error(`holdfast ${args.join(' ')} ended with ${exitCode}: ${notes}`);
    // The admin API answers objects.
    return JSON.parse(output) as Readonly<Record<string, unknown>>;
  }

  /** Registers an endpoint and returns the id of the deployment. */
  async register(endpoint: ScriptedEndpoint, ...options: readonly string[]): Promise<string> {
    const { id } = await this.runJson('deployments', 'register', endpoint.url, '--http1', ...options);
    return String(id);
  }

  /** Has an invocation accepted, by path, and returns its id. */
  async send(path: string): Promise<string> {
    const [target = '', query = ''] = path.split('?');
    const response = await fetch(`${this.runtime.ingressUrl}/${target}/send?${query}`, { method: 'POST' });
    // The ingress answers a send with this object.
    const { invocationId } = (await response.json()) as { readonly invocationId: string };
    return invocationId;
  }

  /** Looks until the invocation has the status; a runtime that never gets there fails the test. */
  async waitForStatus(id: string, status: string): Promise<void> {
    let found: unknown;
    for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
      found = (await this.runJson('invocations', 'describe', id))['status'];
      if (found === status) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`${id} is ${String(found)} and did not become ${status} within 10 s.`);
  }

  async close(): Promise<void> {
    await this.runtime.close();
    for (const endpoint of this.#endpoints) await endpoint.close();
    await rm(this.#folder, { recursive: true });
  }
}
