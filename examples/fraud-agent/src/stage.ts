import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalProcess, startModelServer, startServer } from '@holdfast/testing';
import type { LocalProcess, ModelServer, ServerProcess, ServerProgram } from '@holdfast/testing';
import { reviewRequestMark } from './agent/fraud-agent.ts';
import type { ReviewRequest } from './agent/fraud-agent.ts';

/** Everything that runs in this demonstration. Nothing of it survives this process, and neither does its data. */
export interface Stage {
  readonly server: ServerProcess;
  readonly model: ModelServer;
  readonly dataFolder: string;
  /** Starts a version of the agent in a process of its own. */
  startAgent(version: 'v1' | 'v2'): Promise<RunningAgent>;
  /** The last output of every process, for the report of a failure. */
  lastLines(): string;
}

export interface RunningAgent {
  readonly url: string;
  readonly pid: number;
  /** Waits until the agent asks a person to review the transaction. */
  waitForReviewRequest(transaction: string): Promise<ReviewRequest>;
}

/** Opens the stage: a runtime on an empty data folder, and the model server. */
export async function openStage(program: ServerProgram): Promise<Stage> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'fraud-agent-'));
  // Also on Ctrl-C. The processes are ended by an earlier listener for the same event.
  process.on('exit', () => rmSync(dataFolder, { recursive: true, force: true }));

  const model = await startModelServer();
  const server = await startServer(program, dataFolder);
  const agents: LocalProcess[] = [];

  async function startAgent(version: 'v1' | 'v2'): Promise<RunningAgent> {
    const agent = await startLocalProcess({
      name: `agent ${version}`,
      command: process.execPath,
      args: [fileURLToPath(new URL(`${version}/service.ts`, import.meta.url))],
      env: { MODEL_URL: model.url },
    });
    agents.push(agent);
    const [, port] = await agent.waitForLine(/listens on port (\d+)/u);
    return {
      url: `http://127.0.0.1:${port}`,
      pid: agent.pid,
      waitForReviewRequest: async (transaction) => {
        const line = await agent.waitForLine(
          new RegExp(`${reviewRequestMark}(\\{"transaction":"${transaction}".*\\})`, 'u'),
        );
        // The agent of this example printed it, from a value of this type.
        return JSON.parse(line[1] ?? '') as ReviewRequest;
      },
    };
  }

  return {
    server,
    model,
    dataFolder,
    startAgent,
    lastLines: () => [server, ...agents].map((each) => `--- ${each.name}\n${each.lastLines()}`).join('\n'),
  };
}
