import type { DatabaseSync } from 'node:sqlite';
import type {
  Deployment,
  HandlerDefinition,
  Registry,
  ServiceDefinition,
  ServiceRoute,
} from '../../../engine/registry.ts';
import { revisionConflict } from '../../store-error.ts';
import { integerOf, textOf } from './row.ts';

export interface RegistryStatements {
  load(): Registry;
  /** Inside a transaction of the caller. */
  replace(registry: Registry): void;
}

export function prepareRegistry(database: DatabaseSync): RegistryStatements {
  const revision = database.prepare('select revision from registry where number = 1');
  const setRevision = database.prepare('update registry set revision = ? where number = 1');
  const deployments = prepareSet(database, { table: 'deployment', key: 'id' });
  const services = prepareSet(database, { table: 'service', key: 'name' });
  const storedRevision = (): number => integerOf(revision.get() ?? {}, 'revision');
  return {
    load() {
      return {
        revision: storedRevision(),
        deployments: new Map(
          deployments
            .list()
            .map(decodeDeployment)
            .map((found) => [found.id, found]),
        ),
        // Written below from routes; schema steps convert older ones.
        services: new Map(
          services
            .list()
            .map((text) => JSON.parse(text) as ServiceRoute)
            .map((found) => [found.name, found]),
        ),
      };
    },
    replace(registry) {
      const stored = storedRevision();
      if (registry.revision !== stored + 1) throw revisionConflict({ stored, offered: registry.revision });
      setRevision.run(registry.revision);
      deployments.replace(new Map([...registry.deployments].map(([id, found]) => [id, encodeDeployment(found)])));
      services.replace(new Map([...registry.services].map(([name, route]) => [name, JSON.stringify(route)])));
    },
  };
}

/** A small table that is replaced whole; rows that stay the same are not written again. */
function prepareSet(
  database: DatabaseSync,
  names: { readonly table: string; readonly key: string },
): { list(): readonly string[]; replace(rows: ReadonlyMap<string, string>): void } {
  const { table, key } = names;
  const list = database.prepare(`select ${key} as key, record from ${table} order by ${key}`);
  const put = database.prepare(`
    insert into ${table} (${key}, record) values (?, ?) on conflict (${key}) do update set record = excluded.record`);
  const remove = database.prepare(`delete from ${table} where ${key} = ?`);
  return {
    list: () => list.all().map((row) => textOf(row, 'record')),
    replace(rows) {
      const stored = new Map(list.all().map((row) => [textOf(row, 'key'), textOf(row, 'record')]));
      for (const name of stored.keys()) if (!rows.has(name)) remove.run(name);
      for (const [name, record] of rows) if (stored.get(name) !== record) put.run(name, record);
    },
  };
}

type StoredService = Omit<ServiceDefinition, 'handlers'> & { readonly handlers: readonly HandlerDefinition[] };
type StoredDeployment = Omit<Deployment, 'services'> & { readonly services: readonly StoredService[] };

function encodeDeployment(deployment: Deployment): string {
  const stored: StoredDeployment = {
    ...deployment,
    services: [...deployment.services.values()].map((service) => ({
      ...service,
      handlers: [...service.handlers.values()],
    })),
  };
  return JSON.stringify(stored);
}

function decodeDeployment(text: string): Deployment {
  // Written above from a deployment; schema steps convert older ones.
  const stored = JSON.parse(text) as StoredDeployment;
  const services = stored.services.map((service): ServiceDefinition => ({
    ...service,
    handlers: new Map(service.handlers.map((handler) => [handler.name, handler])),
  }));
  return { ...stored, services: new Map(services.map((service) => [service.name, service])) };
}
