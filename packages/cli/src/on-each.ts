import { ReportedFailure } from './failure.ts';
import { reportFailure } from './report-failure.ts';
import type { Terminal } from './terminal.ts';

const unreachable = 3;

/**
 * Does something for each id. One that fails is reported and does not keep the others from it; the exit code is that of the first
 * failure. Only a runtime that cannot be reached ends it at once.
 */
export async function onEach(
  terminal: Terminal,
  ids: readonly string[],
  options: { readonly json?: boolean },
  act: (id: string) => Promise<void>,
): Promise<void> {
  let firstExitCode: number | undefined;
  for (const id of new Set(ids)) {
    try {
      await act(id);
    } catch (error) {
      const exitCode = reportFailure(terminal, error, options);
      firstExitCode ??= exitCode;
      if (exitCode === unreachable) break;
    }
  }
  if (firstExitCode !== undefined) throw new ReportedFailure(firstExitCode);
}
