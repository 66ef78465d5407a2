CREATE TABLE audit (
  sequence integer primary key,
  at integer not null,
  actor text not null,
  act text not null,
  subject text not null,
  reason text not null,
  before text not null,
  after text not null
) strict;

CREATE TABLE deployment (
  id text primary key,
  record text not null
) strict, without rowid;

CREATE TABLE inbound (
  partition integer not null,
  source integer not null,
  sequence integer not null,
  primary key (partition, source)
) strict, without rowid;

CREATE TABLE invocation (
  number integer primary key,
  partition integer not null,
  id text not null unique,
  status text not null,
  holds integer not null,
  deployment text not null,
  record text not null,
  output blob
) strict;

CREATE TABLE log (
  sequence integer primary key,
  partition integer not null,
  invocation integer not null,
  first_index integer not null,
  entries integer not null,
  frames blob not null
) strict;

CREATE TABLE object (
  partition integer not null,
  service text not null,
  key text not null,
  holder text,
  head integer not null,
  tail integer not null,
  primary key (partition, service, key)
) strict, without rowid;

CREATE TABLE outbound (
  partition integer not null,
  target integer not null,
  next integer not null,
  primary key (partition, target)
) strict, without rowid;

CREATE TABLE outbox (
  partition integer not null,
  target integer not null,
  sequence integer not null,
  message text not null,
  primary key (partition, target, sequence)
) strict, without rowid;

CREATE TABLE page (
  place integer primary key,
  entries integer not null,
  frames blob not null
) strict;

CREATE TABLE promise (
  partition integer not null,
  workflow text not null,
  key text not null,
  name text not null,
  record text not null,
  value blob,
  primary key (partition, workflow, key, name)
) strict, without rowid;

CREATE TABLE queue (
  partition integer not null,
  service text not null,
  key text not null,
  sequence integer not null,
  invocation text not null,
  primary key (partition, service, key, sequence)
) strict, without rowid;

CREATE TABLE registry (
  number integer primary key check (number = 1),
  revision integer not null
) strict;

CREATE TABLE schema_step (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied_at integer not null
) strict;

CREATE TABLE service (
  name text primary key,
  record text not null
) strict, without rowid;

CREATE TABLE sink (
  partition integer not null,
  awaited text not null,
  invocation text not null,
  created_at integer not null,
  completion_id integer not null,
  notification text not null,
  primary key (partition, awaited, invocation, completion_id)
) strict, without rowid;

CREATE TABLE start_record (
  number integer primary key,
  pid integer not null,
  at integer not null
) strict;

CREATE TABLE state (
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

CREATE TABLE timer (
  partition integer not null,
  fire_at integer not null,
  invocation text not null,
  purpose text not null,
  primary key (partition, fire_at, invocation, purpose)
) strict, without rowid;

CREATE TABLE work_count (
  partition integer not null,
  deployment text not null,
  record text not null,
  primary key (partition, deployment)
) strict, without rowid;

CREATE INDEX audit_subject on audit (subject, sequence);

CREATE INDEX invocation_holding on invocation (deployment) where holds = 1;

CREATE INDEX invocation_running on invocation (partition, id) where status = 'running';
