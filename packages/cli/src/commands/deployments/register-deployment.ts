import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withActOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { colors, print } from '../../output.ts';
import { formatTable, visible } from '../../table.ts';
import { collectPair } from '../pairs.ts';

interface Options extends CommonOptions {
  readonly http1?: boolean;
  readonly promote: boolean;
  readonly breaking?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly header?: ReadonlyMap<string, string>;
  readonly metadata?: ReadonlyMap<string, string>;
}

const answerSchema = z.looseObject({
  id: z.string(),
  grade: z.string(),
  outcome: z.enum(['created', 'existing', 'dryRun']),
  current_for: z.array(z.string()),
  services: z.array(
    z.looseObject({ name: z.string(), ty: z.string(), handlers: z.array(z.object({ name: z.string() })) }),
  ),
});

export function addRegisterDeployment(group: Command): void {
  const command = group
    .command('register <url>')
    .description('Register what answers at an address')
    .option('--no-promote', 'do not send new work to it')
    .option('--http1', 'speak HTTP/1.1 to it')
    .option('--breaking', 'accept that a service changes its kind')
    .option('--force', 'accept that the address serves other code than its pinned work was accepted under')
    .option('--dry-run', 'look and say what would happen')
    .option('--header <name=value>', 'header of every request to it; repeatable', collectPair)
    .option('--metadata <name=value>', 'shown with it; repeatable', collectPair);
  withActOptions(command).action((url: string, options: Options) => registerDeployment(url, options));
}

async function registerDeployment(url: string, options: Options): Promise<void> {
  const answer = await askAdmin(
    options,
    {
      method: 'POST',
      path: '/deployments',
      body: {
        uri: url.includes('://') ? url : `http://${url}`,
        use_http_11: options.http1 ?? false,
        breaking: options.breaking ?? false,
        force: options.force ?? false,
        dry_run: options.dryRun ?? false,
        ...(options.promote ? {} : { promote: false }),
        additional_headers: Object.fromEntries(options.header ?? []),
        metadata: Object.fromEntries(options.metadata ?? []),
      },
    },
    answerSchema,
  );
  if (options.json === true) return print.line(JSON.stringify(answer));
  const sentences = {
    created: `Registered ${answer.id}.`,
    existing: `This is ${answer.id}, which was registered before.`,
    dryRun: `This would be ${answer.id}. Nothing was changed.`,
  };
  print.line(colors.bold(sentences[answer.outcome]));
  print.line(
    formatTable(
      ['SERVICE', 'KIND', 'HANDLERS', 'NEW WORK'],
      answer.services.map((service) => [
        service.name,
        service.ty,
        service.handlers.map((handler) => handler.name).join(', '),
        answer.current_for.includes(service.name) ? 'goes here' : 'goes elsewhere',
      ]),
    ),
  );
  if (answer.grade === 'unverified') {
    print.line('Its code is unverified: the runtime knows it by its manifest and address only.');
  }
  print.line(`Next: ${exampleCall(answer.services[0])}`);
}

function exampleCall(service: z.output<typeof answerSchema>['services'][number] | undefined): string {
  const handler = service?.handlers[0]?.name;
  if (service === undefined || handler === undefined) return 'holdfast services list';
  const path = service.ty === 'Service' ? `${service.name}/${handler}` : `${service.name}/my-key/${handler}`;
  return visible(`curl http://localhost:8080/${path} --json '…'`);
}
