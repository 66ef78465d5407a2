import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settings } from './config.ts';
import { variableOf } from './environment.ts';
import { loadConfig } from './load-config.ts';
import type { LoadedConfig } from './load-config.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Given {
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, unknown>>;
}

function load(given: Given = {}): LoadedConfig {
  return loadConfig({
    file: given.file,
    environment: given.environment ?? {},
    flags: new Map(Object.entries(given.flags ?? {})),
    folder,
  });
}

const writeConfig = (content: unknown, name = 'holdfast.json'): Promise<void> =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

test('without any source every setting has its default', () => {
  const { config, warnings } = load();

  expect(config).toMatchObject({
    data: join(folder, 'holdfast-data'),
    bind: '127.0.0.1',
    ingress: { port: 8080, bodyBytesMax: 32 * 1024 * 1024 },
    admin: { port: 9070 },
    defaults: { inactivityTimeout: 60_000, journalRetention: 86_400_000, retryPolicy: { attemptsMax: 70 } },
  });
  expect(warnings).toEqual([]);
});

test('a flag wins over the environment, that over the file, that over the default', async () => {
  await writeConfig({ ingress: { port: 1001 }, admin: { port: 1001 }, defaults: { journalRetention: '1h' } });
  const environment = { HOLDFAST_INGRESS_PORT: '1002', HOLDFAST_ADMIN_PORT: '1002' };

  const { config } = load({ environment, flags: { 'ingress.port': 1003 } });

  expect([config.ingress.port, config.admin.port, config.defaults.journalRetention]).toEqual([1003, 1002, 3_600_000]);
});

test('every setting can be named in the environment', () => {
  const environment = {
    HOLDFAST_DEFAULTS_RETRY_POLICY_INITIAL_INTERVAL: '2s',
    HOLDFAST_DEFAULTS_RETRY_POLICY_FACTOR: '1.5',
    HOLDFAST_INSECURE_BIND: 'true',
    HOLDFAST_LOG_LEVEL: 'debug',
  };

  const { config } = load({ environment });

  expect(config.defaults.retryPolicy).toMatchObject({ initialInterval: 2_000, factor: 1.5 });
  expect([config.insecureBind, config.log.level]).toEqual([true, 'debug']);
  expect(new Set(settings.map(variableOf)).size).toBe(settings.length);
});

test('relative paths start at the file that names them, or at the folder of the command', async () => {
  await writeConfig({ data: 'kept', identityKey: 'key.pem' }, 'other.json');

  const fromFile = load({ file: 'other.json' });
  const fromFlag = load({ flags: { data: 'elsewhere' } });

  expect([fromFile.config.data, fromFile.config.identityKey]).toEqual([join(folder, 'kept'), join(folder, 'key.pem')]);
  expect(fromFlag.config.data).toBe(join(folder, 'elsewhere'));
});

test('an unknown setting in the file is refused, with the one that was probably meant', async () => {
  await writeConfig({ ingress: { prot: 1 }, zzzzzzzzzzzzzzz: 1 });

  expect(() => load()).toThrow(
    expect.objectContaining({
      code: 'CONFIG_REFUSED',
      message: expect.stringMatching(/no setting "ingress\.prot"\. Did you mean "ingress\.port"\?/),
    }),
  );
  expect(() => load()).toThrow(/There is no setting "zzzzzzzzzzzzzzz"\.(?! Did)/);
});

test.each([
  [{ ingress: { port: 70_000 } }, 'ingress.port'],
  [{ ingress: 'all' }, 'ingress'],
  [{ defaults: { abortTimeout: '5' } }, 'defaults.abortTimeout'],
  [{ defaults: { retryPolicy: { attemptsMax: 0 } } }, 'defaults.retryPolicy.attemptsMax'],
  [{ log: { level: 'loud' } }, 'log.level'],
])('the value in %j is refused by the name of its setting', async (content, setting) => {
  await writeConfig(content);

  expect(() => load()).toThrow(new RegExp(setting.replaceAll('.', String.raw`\.`)));
});

test('a value in the environment that does not fit names its setting', () => {
  expect(() => load({ environment: { HOLDFAST_INGRESS_PORT: 'many' } })).toThrow(/ingress\.port/);
  expect(() => load({ environment: { HOLDFAST_INSECURE_BIND: 'maybe' } })).toThrow(/insecureBind/);
});

test.each(['{', '[]', '"text"', 'null'])('a file that holds %s is refused', async (content) => {
  await writeConfig(content);

  expect(() => load()).toThrow(expect.objectContaining({ code: 'CONFIG_REFUSED' }));
});

test('a file that was asked for must exist', () => {
  expect(() => load({ file: 'absent.json' })).toThrow(/absent\.json cannot be read/);
});

test('a variable that is no setting is a warning, with the one that was probably meant', () => {
  const { warnings } = load({ environment: { HOLDFAST_INGRES_PORT: '1', HOLDFAST_ADMIN_URL: 'http://x', PATH: '/' } });

  expect(warnings).toEqual(['HOLDFAST_INGRES_PORT is no setting. Did you mean HOLDFAST_INGRESS_PORT?']);
});

test('a variable that Kubernetes sets for a service of the same name is ignored', () => {
  const { config, warnings } = load({ environment: { HOLDFAST_INGRESS_PORT: 'tcp://10.0.0.1:8080' } });

  expect(config.ingress.port).toBe(8080);
  expect(warnings).toHaveLength(1);
});

test('names of prototypes are no settings', async () => {
  await writeConfig('{"__proto__": {"data": "x"}, "constructor": 1}');

  expect(() => load()).toThrow(/There is no setting/);
});
