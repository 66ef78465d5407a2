import { createServer } from 'node:http2';
import { createEndpointHandler } from '@restatedev/restate-sdk';
import { fraudAgent } from './fraud-agent.ts';
import type { RiskScore } from './fraud-agent.ts';

/** Serves one version of the agent on a free port of 127.0.0.1 and prints the port. `MODEL_URL` says where the model is. */
export function serveAgent({ version, riskScore }: { version: string; riskScore: RiskScore }): void {
  const modelUrl = process.env['MODEL_URL'];
  if (modelUrl === undefined) throw new Error('Set MODEL_URL to the base URL of an OpenAI-compatible model API.');

  const server = createServer(createEndpointHandler({ services: [fraudAgent({ version, riskScore, modelUrl })] }));
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The agent has no TCP address.');
    console.log(`fraud agent ${version} listens on port ${address.port}`);
  });
}
