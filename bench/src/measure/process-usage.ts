/**
 * What a process and its children have used so far, from `/proc`.
 *
 * Children that have ended are counted in their parent by the kernel (`cutime`), so a sum over the living tree misses nothing and
 * counts nothing twice.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { tickMs } from './machine-time.ts';

export interface ProcessUsage {
  readonly cpuMs: number;
  readonly residentBytes: number;
  /** Bytes that were made dirty in the page cache for a disk; an upper bound of what reaches it. */
  readonly writtenBytes: number;
  /** How often a thread went to sleep by itself; of an idle process, how often something woke it. */
  readonly wakeUps: number;
}

export function readProcessUsage(pid: number): ProcessUsage {
  return processTree(pid).map(readOne).reduce(add);
}

/** CPU time of one process alone, without its children. */
export function readOwnCpuMs(pid: number): number {
  return parseCpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8'), { withEndedChildren: false });
}

function add(a: ProcessUsage, b: ProcessUsage): ProcessUsage {
  return {
    cpuMs: a.cpuMs + b.cpuMs,
    residentBytes: a.residentBytes + b.residentBytes,
    writtenBytes: a.writtenBytes + b.writtenBytes,
    wakeUps: a.wakeUps + b.wakeUps,
  };
}

function processTree(pid: number): readonly number[] {
  const children = threadsOf(pid).flatMap((thread) => numbersOf(readIfThere(`/proc/${pid}/task/${thread}/children`)));
  return [pid, ...children.filter(isThere).flatMap((child) => processTree(child))];
}

function readOne(pid: number): ProcessUsage {
  return {
    cpuMs: parseCpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8'), { withEndedChildren: true }),
    residentBytes: field(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS') * 1024,
    writtenBytes: field(readFileSync(`/proc/${pid}/io`, 'utf8'), 'write_bytes'),
    wakeUps: threadsOf(pid)
      .map((thread) => readIfThere(`/proc/${pid}/task/${thread}/status`))
      .reduce((sum, text) => sum + (text === '' ? 0 : field(text, 'voluntary_ctxt_switches')), 0),
  };
}

/** The line of `/proc/<pid>/stat`: the name in parentheses may hold anything, so fields are counted from its end. */
export function parseCpuMs(stat: string, { withEndedChildren }: { readonly withEndedChildren: boolean }): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime, stime, cutime, cstime: fields 14 to 17 of proc_pid_stat(5); the first here is field 3.
  const ticks = fields.slice(11, withEndedChildren ? 15 : 13).map(Number);
  if (ticks.length < 2 || ticks.some((one) => !Number.isFinite(one))) throw new Error(`No CPU times in "${stat}".`);
  return ticks.reduce((sum, one) => sum + one, 0) * tickMs;
}

function field(text: string, name: string): number {
  const match = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text);
  if (match === null) throw new Error(`/proc has no ${name} for this process; has it ended?`);
  return Number(match[1]);
}

function threadsOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}

function numbersOf(text: string): readonly number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}

/** Threads and children come and go between two reads. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return '';
    throw error;
  }
}

function isThere(pid: number): boolean {
  return readIfThere(`/proc/${pid}/stat`) !== '';
}
