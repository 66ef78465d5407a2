import { expect, test } from 'vitest';
import { Transaction } from '../engine/transaction.ts';
import type { TableRecord } from '../engine/record-table.ts';
import { v1 } from '../engine/registry-scene.ts';
import { CachedView } from './cached-view.ts';

const value = new Uint8Array(1_000);
const key = 'k';

test.each([
  [
    'state',
    (name) => ({
      table: 'state',
      record: { service: 's', key, name, value, deployment: v1, writtenAt: 0 },
    }),
  ],
  [
    'promise results',
    (name) => ({
      table: 'promise',
      record: { workflow: 'w', key, name, waiters: [], result: { kind: 'success', value } },
    }),
  ],
] satisfies [string, (name: string) => TableRecord][])('%s take no more memory than the limit', (_what, make) => {
  const view = new CachedView({ recordsMax: 1_000, bytesMax: 10_000 });

  for (let batch = 1; batch <= 100; batch++) {
    const tx = new Transaction(view);
    tx.put(make(`name ${batch}`));
    view.apply(tx, batch);
    view.committed(batch, tx.changes.keys(), []);
  }

  // Two generations, and the one record that makes each full.
  expect(view.size).toBeLessThanOrEqual(22);
});
