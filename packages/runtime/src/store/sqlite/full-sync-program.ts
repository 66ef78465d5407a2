/**
 * The control for power-loss.test.ts: SQLite's own durability, `synchronous=FULL`, on the store in the first argument. Prints `n` when the
 * commit that set the counter to `n` returned.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { databaseName } from './database-name.ts';

const [directory = '', batches = '0'] = process.argv.slice(2);
const database = new DatabaseSync(join(directory, databaseName));
database.exec('pragma synchronous = full');
const value = Buffer.alloc(4);
const update = database.prepare('update state set value = ?');
for (let n = 1000; n < 1000 + Number(batches); n += 1) {
  value.writeUInt32BE(n);
  update.run(value);
  process.stdout.write(`${n}\n`);
}
process.kill(process.pid, 'SIGKILL');
