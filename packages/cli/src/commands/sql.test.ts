import { afterAll, beforeAll, expect, test } from 'vitest';
import { RuntimeScene } from '../runtime-scene.ts';
import { succeed } from '../scripted-endpoint.ts';

let scene: RuntimeScene;

beforeAll(async () => {
  scene = await RuntimeScene.open();
  await scene.register(await scene.serve([{ name: 'Asked', kind: 'VIRTUAL_OBJECT' }], succeed('hi')));
});

afterAll(async () => {
  await scene.close();
});

test('rows are a table, and their number is no part of the result', async () => {
  const result = await scene.run([
    'sql',
    "select 1 as one, null as empty, 'a' || char(27) as text union all select 22, 3, 'b'",
  ]);

  expect(result).toMatchObject({
    exitCode: 0,
    output: 'one  empty  text\n1           a\\u001b\n22   3      b\n',
    notes: '2 rows\n',
  });
});

test('no rows are no output', async () => {
  const result = await scene.run(['sql', "select id from sys_invocation where status = 'paused'"]);

  expect(result).toMatchObject({ exitCode: 0, output: '', notes: '0 rows\n' });
});

test('--json prints rows with their types', async () => {
  await scene.waitForStatus(await scene.send('Asked/my%20key/work'), 'completed');

  const answer = await scene.runJson('sql', 'select target, version_count from sys_invocation');

  expect(answer).toEqual({ rows: [{ target: 'Asked/my key/work', version_count: 1 }], truncated: false });
});

test('a query that would write is refused as a wrong command', async () => {
  const { exitCode, output, notes } = await scene.run(['sql', 'delete from sys_invocation']);

  expect(exitCode).toBe(2);
  expect(output).toBe('');
  expect(notes).toContain('[QUERY_REFUSED]');
});
