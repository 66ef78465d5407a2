import { expect, test } from 'vitest';
import { waitUntil } from './wait-until.ts';

test('the first answer that is not undefined is returned, and failures before it are forgiven', async () => {
  let probes = 0;

  const found = await waitUntil(
    'it answers',
    async () => {
      probes += 1;
      if (probes === 1) throw new Error('refused');
      return probes < 3 ? undefined : probes;
    },
    { everyMs: 1 },
  );

  expect(found).toBe(3);
});

test('a wait in vain says for what, and why the last attempt failed', async () => {
  const wait = waitUntil('the server answers', async () => Promise.reject(new Error('connection refused')), {
    timeoutMs: 5,
    everyMs: 1,
  });

  await expect(wait).rejects.toThrow(
    'Waited 5 ms in vain until the server answers. The last attempt failed: connection refused',
  );
});
