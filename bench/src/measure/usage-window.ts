import { monotonicMs } from './monotonic-ms.ts';
import { readMachineTime } from './machine-time.ts';
import type { MachineTime } from './machine-time.ts';
import { readOwnCpuMs, readProcessUsage } from './process-usage.ts';
import type { ProcessUsage } from './process-usage.ts';

/** The processes whose use is told apart; everything else on the machine is "others". */
export interface MeasuredProcesses {
  readonly server: number;
  readonly service: number;
  /** Load generator and bench: not counted for anybody, but not "others" either. */
  readonly tools: readonly number[];
}

export interface UsageSample {
  /** On the clock that all processes share. */
  readonly atMs: number;
  readonly machine: MachineTime;
  readonly server: ProcessUsage;
  readonly service: ProcessUsage;
  readonly toolsCpuMs: number;
}

export interface UsageWindow {
  readonly elapsedMs: number;
  readonly serverCpuMs: number;
  readonly serviceCpuMs: number;
  readonly serverWrittenBytes: number;
  readonly serverWakeUps: number;
  /** At the end of the window. */
  readonly serverResidentBytes: number;
  readonly serviceResidentBytes: number;
  /** Grown since the beginning of the window. */
  readonly serverGrownBytes: number;
  readonly serviceGrownBytes: number;
  /** Cores kept busy by everything that does not belong to the measurement, and taken away by the hypervisor. */
  readonly othersCores: number;
}

export function takeUsageSample(processes: MeasuredProcesses): UsageSample {
  return {
    atMs: monotonicMs(),
    machine: readMachineTime(),
    server: readProcessUsage(processes.server),
    service: readProcessUsage(processes.service),
    toolsCpuMs: processes.tools.reduce((sum, pid) => sum + readOwnCpuMs(pid), 0),
  };
}

export function usageBetween(before: UsageSample, after: UsageSample): UsageWindow {
  const elapsedMs = after.atMs - before.atMs;
  const serverCpuMs = after.server.cpuMs - before.server.cpuMs;
  const serviceCpuMs = after.service.cpuMs - before.service.cpuMs;
  const busyMs = after.machine.busyMs - before.machine.busyMs + after.machine.stolenMs - before.machine.stolenMs;
  const othersMs = busyMs - serverCpuMs - serviceCpuMs - (after.toolsCpuMs - before.toolsCpuMs);
  return {
    elapsedMs,
    serverCpuMs,
    serviceCpuMs,
    serverWrittenBytes: after.server.writtenBytes - before.server.writtenBytes,
    serverWakeUps: after.server.wakeUps - before.server.wakeUps,
    serverResidentBytes: after.server.residentBytes,
    serviceResidentBytes: after.service.residentBytes,
    serverGrownBytes: after.server.residentBytes - before.server.residentBytes,
    serviceGrownBytes: after.service.residentBytes - before.service.residentBytes,
    // The machine's clock and the processes' are read by different rules; a little below zero means zero.
    othersCores: Math.max(0, othersMs / elapsedMs),
  };
}
