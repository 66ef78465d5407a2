/** A program for tests: asks a query that never ends, says so, and waits to be killed. Its argument is a data directory. */
import { Query } from './query.ts';

const query = new Query({ directory: process.argv[2] ?? '', timeoutMs: 600_000, rowsMax: 1 });
await query.run('select 1');
process.stdout.write('asked\n');
await query.run('with recursive n (x) as (select 1 union all select x + 1 from n) select count(*) from n');
