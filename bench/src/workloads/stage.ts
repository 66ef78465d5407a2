import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from '../child-port.ts';
import type { ChildPort } from '../child-port.ts';
import type { LoadQuestions } from '../load/load-question.ts';
import type { MeasuredProcesses } from '../measure/usage-window.ts';
import type { ServiceQuestions } from '../service/service-question.ts';
import type { ProgressReport } from '../service/progress.ts';
import { RunningServer } from '../sides/running-server.ts';
import type { Side } from '../sides/side.ts';

const answerWithinMs = 10_000;
const routableWithinMs = 20_000;
const pollMs = 20;

/** Services and load, and the servers that share them. */
export interface Stage extends AsyncDisposable {
  readonly servers: readonly RunningServer[];
  readonly service: ChildPort<ServiceQuestions>;
  readonly load: ChildPort<LoadQuestions>;
}

/** A stage with a single server, whose processes start afresh with the workload. */
export interface OneServerStage extends Stage {
  readonly server: RunningServer;
}

/** Starts the processes and registers the one service process with every server. `folder` gets a folder per server. */
export async function openStage(sides: readonly Side[], folder: string): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  try {
    const service = stack.use(startChild<ServiceQuestions>(join(import.meta.dirname, '../service/service-process.ts')));
    const load = stack.use(startChild<LoadQuestions>(join(import.meta.dirname, '../load/load-process.ts')));
    const servicePort = await service.ask('port', undefined, answerWithinMs);
    const servers: RunningServer[] = [];
    for (const side of sides) {
      const server = stack.use(await RunningServer.start(side, join(folder, side.name)));
      await server.register(servicePort);
      await waitUntilRoutable(server);
      servers.push(server);
    }
    const owned = stack.move();
    return { servers, service, load, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

export async function openOneServerStage(side: Side, folder: string): Promise<OneServerStage> {
  const stage = await openStage([side], folder);
  const [server] = stage.servers;
  if (server === undefined) throw new Error('A stage for one side has no server.');
  return { ...stage, server };
}

export function processesOf(stage: Stage, server: RunningServer): MeasuredProcesses {
  return { server: server.pid, service: stage.service.pid, tools: [process.pid, stage.load.pid] };
}

export function readProgress({ service }: Stage): Promise<ProgressReport> {
  return service.ask('progress', undefined, answerWithinMs);
}

export function countOpenAttempts({ service }: Stage): Promise<number> {
  return service.ask('openAttempts', undefined, answerWithinMs);
}

export async function openGate({ service }: Stage): Promise<void> {
  await service.ask('openGate', undefined, answerWithinMs);
}

/** Asks until `isReached` holds; the error says what was waited for and how far it came. */
export async function waitForProgress(
  stage: Stage,
  what: string,
  timeoutMs: number,
  isReached: (progress: ProgressReport) => boolean,
): Promise<ProgressReport> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const progress = await readProgress(stage);
    if (isReached(progress)) return progress;
    if (performance.now() > deadline) {
      const { entered, completed } = progress;
      throw new Error(`Waited ${timeoutMs} ms in vain until ${what}; ${entered} entered, ${completed} completed.`);
    }
    await pause(pollMs);
  }
}

/** A server takes a registration before all its parts know of it. */
async function waitUntilRoutable(server: RunningServer): Promise<void> {
  const deadline = performance.now() + routableWithinMs;
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${server.ingressPort}/Work/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '1',
      signal: AbortSignal.timeout(routableWithinMs),
    });
    const text = await response.text();
    if (response.ok) return;
    if (performance.now() > deadline) {
      throw new Error(`${server.side.title} answers ${response.status} to a registered service: ${text}`);
    }
    await pause(pollMs);
  }
}
