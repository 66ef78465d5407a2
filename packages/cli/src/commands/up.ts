import type { Command } from 'commander';
import { loadConfig, openLog, startRuntime } from '@holdfast/runtime';
import type { Runtime } from '@holdfast/runtime';
import { withExamples } from '../common-options.ts';
import type { Terminal } from '../terminal.ts';
import { sentence, visibleJson } from '../visible.ts';
import { collectPair } from './collect-pair.ts';
import { readSettings } from './read-settings.ts';

interface UpOptions {
  readonly config?: string;
  readonly data?: string;
  readonly ingressPort?: string;
  readonly adminPort?: string;
  readonly bind?: string;
  readonly insecureBind?: boolean;
  readonly identityKey?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
  readonly set?: ReadonlyMap<string, string>;
  readonly json?: boolean;
}

/** Flag to the setting that it sets. */
const settingOf = {
  data: 'data',
  ingressPort: 'ingress.port',
  adminPort: 'admin.port',
  bind: 'bind',
  insecureBind: 'insecureBind',
  identityKey: 'identityKey',
  logLevel: 'log.level',
  logFormat: 'log.format',
} as const satisfies Partial<Record<keyof UpOptions, string>>;

export function addUp(program: Command, terminal: Terminal): void {
  const command = program
    .command('up')
    .description('Run a runtime in the foreground')
    .option('--data <folder>', 'where everything is kept (default: holdfast-data)')
    .option('--ingress-port <port>', 'port for callers; 0 takes any free one (default: 8080)')
    .option('--admin-port <port>', 'port for operators; 0 takes any free one (default: 9070)')
    .option('--bind <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--insecure-bind', 'allow --bind beyond this machine, without authentication')
    .option('--identity-key <file>', 'PEM file of the ed25519 key that signs requests to services')
    .option('--log-level <level>', 'debug, info, warn, error or silent (default: info)')
    .option('--log-format <format>', 'auto, json or readable (default: auto)')
    .option('--config <file>', 'configuration file (default: HOLDFAST_CONFIG, or holdfast.json if there is one)')
    .option('--set <name=value>', 'any other setting, named as in the configuration file; repeatable', collectPair)
    .option('--json', 'print where it listens as JSON')
    .action((options: UpOptions) => up(terminal, options));
  withExamples(command, [
    'holdfast up',
    'holdfast up --data /var/lib/holdfast --identity-key identity.pem',
    'holdfast up --set invoker.concurrentAttemptsMax=200 --set defaults.journalRetention=7d',
  ]);
}

async function up(terminal: Terminal, options: UpOptions): Promise<void> {
  const { config, warnings } = loadConfig({
    file: options.config ?? terminal.environment['HOLDFAST_CONFIG'],
    environment: terminal.environment,
    flags: flagsOf(options),
    folder: process.cwd(),
  });
  const log = openLog(config.log);
  for (const warning of warnings) log.warn(warning);
  const stop = waitForSignal();
  const runtime = await startRuntime(config, {
    log,
    // What was not synced was not acknowledged; ending at once is what keeps it so.
    onFatal: () => process.exit(1),
  });
  if (options.json === true) terminal.print(visibleJson(placeOf(runtime, config.data)));
  else greet(terminal, runtime, config.data);
  await stop;
  terminal.note('Stopping; press Ctrl-C again to stop at once.');
  await runtime.close();
  process.exit(0);
}

function flagsOf(options: UpOptions): ReadonlyMap<string, unknown> {
  const texts = new Map<string, string>();
  for (const [name, setting] of Object.entries(settingOf)) {
    // The keys of the table are names of options.
    const value = options[name as keyof typeof settingOf];
    if (value !== undefined) texts.set(setting, String(value));
  }
  return readSettings(new Map([...texts, ...(options.set ?? [])]));
}

/** The second signal ends the process: whoever presses Ctrl-C twice does not want to wait. */
function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    const onSignal = (): void => {
      signals += 1;
      if (signals === 1) resolve();
      else process.exit(1);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function placeOf(runtime: Runtime, folder: string): Readonly<Record<string, string>> {
  return {
    ingress_url: runtime.ingressUrl,
    admin_url: runtime.adminUrl,
    data: folder,
    ...(runtime.identityKeyId === undefined ? {} : { identity_key_id: runtime.identityKeyId }),
  };
}

function greet(terminal: Terminal, runtime: Runtime, folder: string): void {
  const lines = [
    `${terminal.colors.bold('Holdfast is up.')} ${sentence`Its data is in ${folder}.`}`,
    `  callers    ${runtime.ingressUrl}`,
    `  operators  ${runtime.adminUrl}`,
  ];
  if (runtime.identityKeyId !== undefined) lines.push(`  signs as   ${runtime.identityKeyId}`);
  const elsewhere = runtime.adminUrl === 'http://127.0.0.1:9070' ? '' : ` --admin-url ${runtime.adminUrl}`;
  terminal.print([...lines, `Next: holdfast deployments register http://localhost:9080${elsewhere}`].join('\n'));
}
