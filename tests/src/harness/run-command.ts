import { execFile } from 'node:child_process';

export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams, for messages. */
  readonly output: string;
}

// npm prints little; a program that prints without end is a failure of its own.
const outputBytesMax = 32 * 1024 * 1024;

/** Runs a command to its end and returns what it printed, whatever its exit code. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly folder: string; readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number },
): Promise<CommandRun> {
  const settings = {
    cwd: options.folder,
    env: { ...process.env, ...options.env },
    timeout: options.timeoutMs ?? 60_000,
    maxBuffer: outputBytesMax,
  };
  return new Promise((resolve, reject) => {
    execFile(command, [...args], settings, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, stdout, output: stdout + stderr });
      else
        reject(new Error(`${command} ${args.join(' ')} did not end by itself:\n${stdout}${stderr}`, { cause: error }));
    });
  });
}
