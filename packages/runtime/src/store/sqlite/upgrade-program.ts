/**
 * A program for tests: brings the database in its first argument to two schema steps of an imagined later release, and is killed at the point
 * that its second argument numbers; 0 is never. Prints how many points it passed when it comes to the end.
 */
import { DatabaseSync } from 'node:sqlite';
import { applySchemaSteps, schemaSteps } from './schema-step.ts';

const [path = '', killAt = '0'] = process.argv.slice(2);
let points = 0;
const database = new DatabaseSync(path);
database.function('point', (number) => {
  points = Math.max(points, Number(number));
  if (Number(number) === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  return 0;
});

const later = [
  {
    number: 101,
    name: 'state-knows-its-release',
    sql: `
      select point(1);
      alter table state add column release text not null default 'earlier';
      select point(2);
      update state set release = 'later';
      select point(3);`,
  },
  {
    number: 102,
    name: 'state-moves',
    sql: `
      create table state_moved as select * from state;
      select point(4);
      drop table state;
      select point(5);
      alter table state_moved rename to state;
      select point(6);`,
  },
];

applySchemaSteps(database, [...schemaSteps, ...later], 1_700_000_000_000);
database.close();
process.stdout.write(`${points}\n`);
