import { createServer } from 'node:net';

// Below Linux's range for outgoing connections (32768 and up), so that no client socket takes the port while its owner is
// being killed and started again.
const lowest = 18_000;
const highest = 32_000;

/** Returns a loopback TCP port that nothing listens on right now. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port between ${lowest} and ${highest} after 100 attempts.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
