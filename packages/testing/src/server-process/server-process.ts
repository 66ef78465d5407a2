import { findFreePorts } from '../local-process/free-port.ts';
import { startLocalProcess } from '../local-process/local-process.ts';
import type { LocalProcess, ProcessExit } from '../local-process/local-process.ts';
import { waitUntil } from '../local-process/wait-until.ts';

/**
 * A server of the Restate API as a process of its own, on free ports of 127.0.0.1.
 *
 * It can be killed and started again on the same data and the same ports, which is how its promises are put to the test.
 */
export interface ServerProcess extends AsyncDisposable {
  /** What the server is called where people read: "Holdfast". */
  readonly name: string;
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** Process id of the present run. */
  readonly pid: number;
  /** Ends the process with SIGKILL: nothing can be saved on the way out. */
  kill(): Promise<void>;
  /** Starts the process again after `kill()`. */
  restart(): Promise<void>;
  /** The newest lines of the present run's output. */
  lastLines(): string;
}

/** How a server is started; one function per product (`holdfast.ts`, `restate.ts`). */
export interface ServerProgram {
  readonly name: string;
  command(place: ServerPlace): { command: string; args: readonly string[]; env?: Readonly<Record<string, string>> };
}

export interface ServerPlace {
  readonly dataFolder: string;
  readonly ingressPort: number;
  readonly adminPort: number;
  /** A third port for servers that need one to talk to themselves. */
  readonly internalPort: number;
}

/** Starts the server on `dataFolder` and waits until it is healthy. */
export async function startServer(program: ServerProgram, dataFolder: string): Promise<ServerProcess> {
  const [ingressPort = 0, adminPort = 0, internalPort = 0] = await findFreePorts(3);
  const place: ServerPlace = { dataFolder, ingressPort, adminPort, internalPort };
  const ingressUrl = `http://127.0.0.1:${ingressPort}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;

  async function start(): Promise<LocalProcess> {
    const started = await startLocalProcess({ name: program.name, ...program.command(place) });
    try {
      await waitUntilHealthy(started, [`${adminUrl}/health`, `${ingressUrl}/restate/health`]);
    } catch (error) {
      await started.kill('SIGKILL');
      throw new Error(`${program.name} did not become healthy. It printed:\n${started.lastLines()}`, { cause: error });
    }
    return started;
  }

  let current = await start();
  return {
    name: program.name,
    ingressUrl,
    adminUrl,
    get pid() {
      return current.pid;
    },
    kill: () => current.kill('SIGKILL'),
    restart: async () => {
      current = await start();
    },
    lastLines: () => current.lastLines(),
    [Symbol.asyncDispose]: () => current.kill('SIGKILL'),
  };
}

async function waitUntilHealthy(started: LocalProcess, urls: readonly string[]): Promise<void> {
  let exit: ProcessExit | undefined;
  void started.exited.then((value) => (exit = value));
  for (const url of urls) {
    await waitUntil(`${started.name} answers ${url} with 200`, async () => {
      if (exit !== undefined) return 'ended';
      const response = await fetch(url);
      await response.arrayBuffer();
      return response.ok ? 'healthy' : undefined;
    });
  }
  if (exit !== undefined) throw new Error(`${started.name} ended while it started (${exit.code ?? exit.signal}).`);
}
