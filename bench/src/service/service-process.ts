/** Main module of the service process: serves the workloads over HTTP/2 on a free port of loopback, as the SDK's own listener does. */
import { once } from 'node:events';
import { createServer } from 'node:http2';
import * as restate from '@restatedev/restate-sdk';
import { answerQuestions } from '../child-port.ts';
import { Gate } from './gate.ts';
import { Progress } from './progress.ts';
import type { ServiceQuestions } from './service-question.ts';
import { createWorkloadServices } from './workload-services.ts';

const progress = new Progress();
const gate = new Gate();
let openAttempts = 0;

const server = createServer(
  restate.createEndpointHandler({
    services: createWorkloadServices(progress, gate),
    // Attempts that break when a server is killed are part of the bench, not news.
    logger: () => {},
  }),
);
server.on('stream', (stream) => {
  openAttempts++;
  stream.once('close', () => openAttempts--);
});

answerQuestions<ServiceQuestions>({
  port: async () => {
    if (!server.listening) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The services have no TCP port.');
    return address.port;
  },
  progress: () => progress.report(),
  openAttempts: () => openAttempts,
  openGate: () => gate.open(),
});
