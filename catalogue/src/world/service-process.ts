/**
 * Serves one version of one scenario's services on a free port of 127.0.0.1, as a process of its own:
 *
 *     node service-process.ts C6 v1
 */
import { createServer } from 'node:http2';
import { createEndpointHandler } from '@restatedev/restate-sdk';
import { scenarios } from '../scenarios.ts';

const [, , id, version] = process.argv;
const scenario = scenarios.find((candidate) => candidate.id === id);
if (scenario === undefined || (version !== 'v1' && version !== 'v2')) {
  throw new Error(`Usage: service-process.ts SCENARIO v1|v2, not "${id ?? ''} ${version ?? ''}".`);
}

const server = createServer(createEndpointHandler({ services: [...scenario.services(version)] }));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The service has no TCP address.');
  console.log(`port ${address.port}`);
});

// Standard input is a pipe from the catalogue's process. It closes when that ends, however it ends.
process.stdin.resume().on('end', () => process.exit(0));
