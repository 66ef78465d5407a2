import { expect, test } from 'vitest';
import { command, EngineScene, ends } from '../map-engine.ts';

test('a journal that is as long as it may be takes no more commands, and its invocation can still end', () => {
  const scene = new EngineScene();
  const id = scene.invoke();
  const record = scene.get(id);
  const full = { ...record, journal: { ...record.journal, length: 1_000_000 } };
  for (const records of [scene.records, scene.rows]) records.set(`i/${id}`, { table: 'invocation', record: full });

  scene.advance(id, [command({ kind: 'run', name: 'one more', completionId: 1 })]);

  expect(scene.get(id)).toMatchObject({
    state: { status: 'backingOff' },
    lastFailure: { code: 'COMMAND_REFUSED', message: expect.stringContaining('1000000 entries') },
    journal: { length: 1_000_000 },
  });

  scene.apply({ kind: 'resume', invocation: id, deployment: 'keep', actor: 'ada', reason: '' });
  scene.advance(id, ends);

  expect(scene.get(id).state.status).toBe('completed');
});
