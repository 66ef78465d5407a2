/** The whole store as of the first release. Never edited once released: the checksum of every applied step is compared at start. */
export const firstTables = `
-- One row per open of the store. Written at start, before anything is served; rows never die.
create table start_record (
  number integer primary key,
  pid integer not null,
  at integer not null
) strict;

-- One row per invocation. Written at acceptance and when its status changes, not by steps; rows die when retention ends, and the
-- journal with them. Number names the invocation in log and page: it grows with acceptance, so that journals written together lie
-- together, which ids do not. Holds is 1 when the invocation keeps its deployment from being removed and is not running. Output has the
-- value of a successful result, which the record leaves out.
create table invocation (
  number integer primary key,
  partition integer not null,
  id text not null unique,
  status text not null,
  holds integer not null,
  deployment text not null,
  record text not null,
  output blob
) strict;
create index invocation_running on invocation (partition, id) where status = 'running';
create index invocation_holding on invocation (deployment) where holds = 1;

-- Frames of unsealed journals, one row per invocation and batch. Written by commits; a row dies when all rows up to it are void.
-- A row with no entries is a mark: earlier rows of that invocation are void, because they are in pages or dropped.
create table log (
  sequence integer primary key,
  partition integer not null,
  invocation integer not null,
  first_index integer not null,
  entries integer not null,
  frames blob not null
) strict;

-- Sealed journal entries, whole frames in entry order. Written when an invocation stops running or its log grows long; rows die
-- with the journal. Place is the invocation's number times 2^20 plus the index of the first entry: one tree, in which a journal is a
-- range.
create table page (
  place integer primary key,
  entries integer not null,
  frames blob not null
) strict;

-- One row per busy object key. Written when the key's lock or queue changes; rows die when the key is idle.
create table object (
  partition integer not null,
  service text not null,
  key text not null,
  holder text,
  head integer not null,
  tail integer not null,
  primary key (partition, service, key)
) strict, without rowid;

-- Invocations that wait for their turn on a key. Written at acceptance; a row dies when its turn comes or it is cancelled.
create table queue (
  partition integer not null,
  service text not null,
  key text not null,
  sequence integer not null,
  invocation text not null,
  primary key (partition, service, key, sequence)
) strict, without rowid;

-- State of objects and workflows. Written by state commands and by operators; rows die when cleared.
create table state (
  number integer primary key,
  partition integer not null,
  service text not null,
  key text not null,
  name text not null,
  deployment text not null,
  written_at integer not null,
  value blob not null,
  unique (partition, service, key, name)
) strict;

-- Durable promises of workflows. Written by their first reader or by completion; rows die with the workflow's retention.
-- Value holds a successful result, which the record leaves out.
create table promise (
  partition integer not null,
  workflow text not null,
  key text not null,
  name text not null,
  record text not null,
  value blob,
  primary key (partition, workflow, key, name)
) strict, without rowid;

-- Everything that happens at a time. Written with the act that needs it; a row dies when it fires or is no longer wanted.
create table timer (
  partition integer not null,
  fire_at integer not null,
  invocation text not null,
  purpose text not null,
  primary key (partition, fire_at, invocation, purpose)
) strict, without rowid;

-- Who awaits the result of an invocation, beyond its caller, and since when that one exists: its id may live again. Written by attaching;
-- rows die when it completes.
create table sink (
  partition integer not null,
  awaited text not null,
  invocation text not null,
  created_at integer not null,
  completion_id integer not null,
  notification text not null,
  primary key (partition, awaited, invocation, completion_id)
) strict, without rowid;

-- Work that each deployment holds. Written with every change of that work; a row dies with the deployment.
create table work_count (
  partition integer not null,
  deployment text not null,
  record text not null,
  primary key (partition, deployment)
) strict, without rowid;

-- Messages to other partitions. Written with the act that sends; a row dies when the receiver has it durably.
create table outbox (
  partition integer not null,
  target integer not null,
  sequence integer not null,
  message text not null,
  primary key (partition, target, sequence)
) strict, without rowid;

-- Next free outbox sequence per target. Written with every message that is sent; rows never die.
create table outbound (
  partition integer not null,
  target integer not null,
  next integer not null,
  primary key (partition, target)
) strict, without rowid;

-- Highest message applied per source. Written with every message that is received; rows never die.
create table inbound (
  partition integer not null,
  source integer not null,
  sequence integer not null,
  primary key (partition, source)
) strict, without rowid;

-- The revision of the registry, in one row. Written by every change of deployments or services; never dies.
create table registry (
  number integer primary key check (number = 1),
  revision integer not null
) strict;
insert into registry (number, revision) values (1, 0);

-- Deployments. Written by registration and promotion; a row dies when the deployment is removed.
create table deployment (
  id text primary key,
  record text not null
) strict, without rowid;

-- Where new work of each service goes. Written by registration and promotion; a row dies when no deployment serves it.
create table service (
  name text primary key,
  record text not null
) strict, without rowid;

-- Operator acts. Written in the transaction of the act; append-only.
create table audit (
  sequence integer primary key,
  at integer not null,
  actor text not null,
  act text not null,
  subject text not null,
  reason text not null,
  before text not null,
  after text not null
) strict;
create index audit_subject on audit (subject, sequence);
`;
