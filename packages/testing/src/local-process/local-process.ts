import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A child process whose output can be waited for, and that never outlives this process. */
export interface LocalProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended, however that came about. */
  readonly exited: Promise<ProcessExit>;
  /** Resolves with the first line of output, already printed or still to come, that matches. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** The newest lines of output, for the message of whoever has to report a failure. */
  lastLines(): string;
  /** Sends the signal and waits for the end. Does nothing when the process has already ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface LocalProcessOptions {
  /** What the process is called in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

// A process that prints without end must not fill this one's memory; nobody waits for a line that is further back.
const keptLinesMax = 2_000;
const reportedLines = 30;
const lineTimeoutMs = 20_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a child process; rejects when the command cannot be started at all. */
export async function startLocalProcess(options: LocalProcessOptions): Promise<LocalProcess> {
  const child = spawn(options.command, options.args, {
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    env: { ...process.env, ...options.env },
    // The child's input is a pipe that is never written: it closes when this process ends, even by SIGKILL, and a child
    // that cares can end with it.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLinesMax) lines.shift();
      for (const listener of listeners) listener(line);
    });
  }
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const pid = await pidOf(child, options);
  const lastLines = (): string => lines.slice(-reportedLines).join('\n');

  async function waitForLine(pattern: RegExp, timeoutMs = lineTimeoutMs): Promise<RegExpExecArray> {
    for (const line of lines) {
      const match = pattern.exec(line);
      if (match !== null) return match;
    }
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const fail = (why: string): void =>
      reject(new Error(`${options.name} ${why} without printing ${String(pattern)}. It printed:\n${lastLines()}`));
    const listener = (line: string): void => {
      const match = pattern.exec(line);
      if (match !== null) resolve(match);
    };
    listeners.add(listener);
    const timer = setTimeout(() => fail(`ran for ${timeoutMs} ms`), timeoutMs);
    void exited.then(({ code, signal }) => fail(`ended (${code ?? signal})`));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      listeners.delete(listener);
    }
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  }

  const dispose = (): Promise<void> => kill('SIGKILL');
  return { name: options.name, pid, exited, waitForLine, lastLines, kill, [Symbol.asyncDispose]: dispose };
}

/**
 * Makes Ctrl-C and SIGTERM end this program in the ordinary way, so that the children end with it.
 *
 * Node ends without its `exit` event on these signals unless someone listens. For programs only: a test runner has its
 * own idea of what Ctrl-C does.
 */
export function exitOnSignals(): void {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

function pidOf(child: ChildProcess, options: LocalProcessOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      running.delete(child);
      reject(new Error(`${options.name} could not be started with "${options.command}".`, { cause }));
    });
    child.once('spawn', () => {
      if (child.pid === undefined) reject(new Error(`${options.name} was started but has no process id.`));
      else resolve(child.pid);
    });
  });
}
