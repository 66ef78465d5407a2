import type { Command } from 'commander';
import { loadConfig, openLog, startRuntime } from '@holdfast/runtime';
import type { Runtime } from '@holdfast/runtime';
import { colors, print } from '../output.ts';

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

export function addUp(program: Command): void {
  program
    .command('up')
    .description('Run a runtime in the foreground')
    .option('--data <folder>', 'where everything is kept (default: holdfast-data)')
    .option('--ingress-port <port>', 'port for callers (default: 8080)')
    .option('--admin-port <port>', 'port for operators (default: 9070)')
    .option('--bind <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--insecure-bind', 'allow --bind beyond this machine, without authentication')
    .option('--identity-key <file>', 'PEM file of the ed25519 key that signs requests to services')
    .option('--log-level <level>', 'debug, info, warn, error or silent (default: info)')
    .option('--log-format <format>', 'auto, json or readable (default: auto)')
    .option('--config <file>', 'configuration file (default: holdfast.json, if there is one)')
    .action((options: UpOptions) => up(options));
}

async function up(options: UpOptions): Promise<void> {
  const { config, warnings } = loadConfig({
    file: options.config ?? process.env['HOLDFAST_CONFIG'],
    environment: process.env,
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
  greet(runtime, config.data);
  await stop;
  print.error('Stopping; press Ctrl-C again to stop at once.');
  await runtime.close();
  process.exit(0);
}

function flagsOf(options: UpOptions): Map<string, unknown> {
  const flags = new Map<string, unknown>();
  for (const [name, setting] of Object.entries(settingOf)) {
    // The keys of the table are names of options.
    const value = options[name as keyof typeof settingOf];
    if (value !== undefined) flags.set(setting, setting.endsWith('.port') ? numberOf(value) : value);
  }
  return flags;
}

/** Text that is no number stays text, and is refused with the name of its setting. */
function numberOf(value: string | boolean): unknown {
  return /^\d+$/.test(String(value)) ? Number(value) : value;
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

function greet(runtime: Runtime, folder: string): void {
  print.line(`${colors.bold('Holdfast is up.')} Its data is in ${folder}.`);
  print.line(`  callers    ${runtime.ingressUrl}`);
  print.line(`  operators  ${runtime.adminUrl}`);
  if (runtime.identityKeyId !== undefined) print.line(`  signs as   ${runtime.identityKeyId}`);
  print.line(`Next: holdfast deployments register http://localhost:9080`);
}
