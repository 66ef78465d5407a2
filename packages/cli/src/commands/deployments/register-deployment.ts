import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withActOptions, withExamples } from '../../common-options.ts';
import type { ActOptions } from '../../common-options.ts';
import type { Terminal } from '../../terminal.ts';
import { sentence } from '../../visible.ts';
import { collectPair } from '../collect-pair.ts';
import { exampleCall } from './example-call.ts';
import { formatServedServices, servedServicesSchema } from './served-services.ts';

interface Options extends ActOptions {
  readonly http1?: boolean;
  readonly promote?: boolean;
  readonly breaking?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly header?: ReadonlyMap<string, string>;
  readonly metadata?: ReadonlyMap<string, string>;
}

const answer = z
  .object({
    id: z.string(),
    grade: z.string(),
    outcome: z.enum(['created', 'existing', 'dryRun']),
    superseded: z.array(z.string()),
  })
  .and(servedServicesSchema);
type Registered = z.output<typeof answer>;

export function addRegisterDeployment(group: Command, terminal: Terminal): void {
  const command = group
    .command('register <uri>')
    .description('Register what answers at an address; new work goes to it if it is new there')
    .option('--promote', 'send new work to it also if it was registered before')
    .option('--no-promote', 'send no new work to it yet')
    .option('--http1', 'speak HTTP/1.1 to it')
    .option('--breaking', 'accept that a service changes its kind')
    .option('--force', 'accept that the address serves other code than its pinned work was accepted under')
    .option('--dry-run', 'look, say what would happen, and change nothing')
    .option('--header <name=value>', 'header of every request to it; repeatable', collectPair)
    .option('--metadata <name=value>', 'kept and shown with it; repeatable', collectPair);
  withExamples(withActOptions(command), [
    'holdfast deployments register http://localhost:9080',
    'holdfast deployments register http://agent-v2:9080 --no-promote --metadata commit=4f1c2ab',
    'holdfast deployments register http://agent-v1:9080 --promote --reason "roll back"',
  ]).action(async (uri: string, options: Options) => {
    const registered = await askAdmin(terminal, options, {
      method: 'POST',
      path: '/deployments',
      body: bodyOf(uri, options),
      answer,
    });
    const ingressUrl = options.json === true ? '' : await findIngressUrl(terminal, options);
    printAnswer(terminal, options, registered, (value) => describe(terminal, value, { uri, ingressUrl }));
  });
}

function bodyOf(uri: string, options: Options): Readonly<Record<string, unknown>> {
  return {
    uri: uri.includes('://') ? uri : `http://${uri}`,
    // Absent lets the runtime choose.
    ...(options.http1 === undefined ? {} : { use_http_11: options.http1 }),
    ...(options.promote === undefined ? {} : { promote: options.promote }),
    breaking: options.breaking ?? false,
    force: options.force ?? false,
    dry_run: options.dryRun ?? false,
    additional_headers: Object.fromEntries(options.header ?? []),
    metadata: Object.fromEntries(options.metadata ?? []),
  };
}

async function findIngressUrl(terminal: Terminal, options: Options): Promise<string> {
  const version = z.object({ ingress_endpoint: z.string().default('http://localhost:8080') });
  const { value } = await askAdmin(terminal, options, { path: '/version', answer: version });
  return value.ingress_endpoint;
}

function describe(
  terminal: Terminal,
  registered: Registered,
  shown: { readonly uri: string; readonly ingressUrl: string },
): string {
  const { id } = registered;
  const headlines = {
    created: sentence`Registered ${id}.`,
    existing: sentence`This is ${id}, which was registered before.`,
    dryRun: sentence`This would be ${id}. Nothing was changed.`,
  };
  const lines = [
    terminal.colors.bold(headlines[registered.outcome]),
    formatServedServices(terminal, registered),
    ...registered.superseded.map((old) => sentence`Its address was the one of ${old} before.`),
  ];
  if (registered.grade === 'unverified') {
    lines.push('Its code is unverified: the runtime knows it by its manifest and address only.');
  }
  return [...lines, `Next: ${nextCommand(registered, shown)}`].join('\n');
}

function nextCommand(registered: Registered, shown: { readonly uri: string; readonly ingressUrl: string }): string {
  if (registered.outcome === 'dryRun') return sentence`holdfast deployments register ${shown.uri}`;
  const isCurrent = registered.services.some((service) => registered.current_for.includes(service.name));
  if (!isCurrent) return sentence`holdfast deployments register ${shown.uri} --promote`;
  return exampleCall(shown.ingressUrl, registered.services) ?? 'holdfast services list';
}
