import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';

const world = useWorld({ services: { module: 'suspender' } });

test('an idempotency key is free again when its retention is over', async () => {
  const name = unique('kept');
  const headers = { 'idempotency-key': unique('idem') };
  const first = await world().ingress.ask('/Suspender/remembering', { json: name, headers });
  const repeated = await world().ingress.ask('/Suspender/remembering', { json: name, headers });

  await world().admin.waitUntilGone(first.headers.get('x-restate-id') ?? '');
  const later = await world().ingress.ask('/Suspender/remembering', { json: name, headers });

  expect(repeated.headers.get('x-restate-id')).toBe(first.headers.get('x-restate-id'));
  expect(later.status).toBe(200);
  expect(world().trace.count(`remembering ${name}`)).toBe(2);
});

test('a finished invocation and its journal are forgotten when their retention is over', async () => {
  const { invocationId } = await world().ingress.send('Suspender/remembering', unique('kept'));

  await world().admin.waitUntilGone(invocationId);

  await waitUntil('the journal is gone', async () => {
    const rows = await world().admin.query(`select index from sys_journal where id = '${invocationId}'`);
    return rows.length === 0;
  });
  expect((await world().ingress.output(invocationId)).status).toBe(404);
});
