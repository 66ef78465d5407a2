import type { ManifestHandler, ManifestVersion } from './manifest.ts';
import type { WireHandler, WireManifest, WireService, WireSettings } from './manifest-schema.ts';
import { findSchemaFault } from './schema-fault.ts';

/** One thing that is wrong, where it is wrong: `services.0.handlers.2.ty`. */
export interface ManifestIssue {
  readonly path: string;
  readonly sentence: string;
}

type Report = (path: string, sentence: string) => void;

/** The rules that the shape alone cannot say. All violations are listed, so that an author fixes them in one round. */
export function checkManifest(manifest: WireManifest, version: ManifestVersion): ManifestIssue[] {
  const issues: ManifestIssue[] = [];
  const report: Report = (path, sentence) => issues.push({ path, sentence });
  if (manifest.minProtocolVersion > manifest.maxProtocolVersion) {
    report('minProtocolVersion', `${manifest.minProtocolVersion} is above maxProtocolVersion`);
  }
  checkVersionOf(manifest, topLevelSince, { version, path: '', report });
  reportDuplicates(manifest.services, 'services', report);
  for (const [index, service] of manifest.services.entries()) {
    checkService(service, { version, path: `services.${index}`, report });
  }
  return issues;
}

/** Undefined where the combination does not exist. A workflow's handler without a type is shared, not its run handler. */
export function resolveHandlerKind(
  service: WireService['ty'],
  handler: WireHandler['ty'],
): ManifestHandler['kind'] | undefined {
  return handlerKinds[service][handler ?? 'missing'];
}

const handlerKinds: Readonly<
  Record<
    WireService['ty'],
    Readonly<Record<'missing' | NonNullable<WireHandler['ty']>, ManifestHandler['kind'] | undefined>>
  >
> = {
  SERVICE: { missing: 'stateless', SHARED: 'stateless', EXCLUSIVE: undefined, WORKFLOW: undefined },
  VIRTUAL_OBJECT: { missing: 'exclusive', SHARED: 'shared', EXCLUSIVE: 'exclusive', WORKFLOW: undefined },
  WORKFLOW: { missing: 'shared', SHARED: 'shared', EXCLUSIVE: undefined, WORKFLOW: 'run' },
};

interface Place {
  readonly version: ManifestVersion;
  readonly path: string;
  readonly report: Report;
}

const topLevelSince: Readonly<Record<string, ManifestVersion>> = { lambdaCompression: 4 };

const settingSince: Readonly<Record<string, ManifestVersion>> = {
  documentation: 2,
  metadata: 2,
  journalRetention: 3,
  idempotencyRetention: 3,
  workflowCompletionRetention: 3,
  inactivityTimeout: 3,
  abortTimeout: 3,
  enableLazyState: 3,
  ingressPrivate: 3,
  retryPolicyInitialInterval: 4,
  retryPolicyMaxInterval: 4,
  retryPolicyMaxAttempts: 4,
  retryPolicyExponentiationFactor: 4,
  retryPolicyOnMaxAttempts: 4,
};

const serviceName = /^(?:[a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;
const handlerName = /^(?:[a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$/;
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"]*"))*$/;
const mediaRange =
  /^(?:\*\/\*|[\w!#$&^.+-]+\/(?:\*|[\w!#$&^.+-]+))(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"]*"))*$/;

function checkService(service: WireService, place: Place): void {
  const { path, report } = place;
  if (!serviceName.test(service.name)) {
    report(
      `${path}.name`,
      `"${service.name}" is no service name: a letter (or "_" and a letter or digit), then letters, digits, ".", "_" and "-"`,
    );
  }
  // Their routes belong to the runtime's own API.
  if (service.name.toLowerCase().startsWith('restate') || service.name.startsWith('openapi')) {
    report(`${path}.name`, `"${service.name}" is reserved: names beginning with "restate" or "openapi" cannot be used`);
  }
  checkVersionOf(service, settingSince, place);
  reportDuplicates(service.handlers, `${path}.handlers`, report);
  for (const [index, handler] of service.handlers.entries()) {
    checkHandler(service, handler, { ...place, path: `${path}.handlers.${index}` });
  }
}

function checkHandler(service: WireService, handler: WireHandler, place: Place): void {
  const { path, report } = place;
  if (!handlerName.test(handler.name)) {
    report(
      `${path}.name`,
      `"${handler.name}" is no handler name: a letter (or "_" and a letter or digit), then letters, digits and "_"`,
    );
  }
  checkVersionOf(handler, settingSince, place);
  const kind = resolveHandlerKind(service.ty, handler.ty);
  if (kind === undefined) report(`${path}.ty`, `a handler of a ${service.ty} cannot be ${handler.ty}`);
  if (kind !== 'run' && isPresent(handler.workflowCompletionRetention)) {
    report(`${path}.workflowCompletionRetention`, 'only the WORKFLOW handler of a workflow has it');
  }
  if (kind === 'run' && isPresent(handler.idempotencyRetention)) {
    report(`${path}.idempotencyRetention`, 'a WORKFLOW handler has workflowCompletionRetention instead');
  }
  if (service.ingressPrivate === true && handler.ingressPrivate === false) {
    report(`${path}.ingressPrivate`, `the service "${service.name}" is private, so that its handlers cannot be public`);
  }
  checkPayloads(handler, place);
}

function checkPayloads({ input, output }: WireHandler, { path, report }: Place): void {
  if (isPresent(input?.contentType) && !mediaRange.test(input.contentType)) {
    report(`${path}.input.contentType`, `"${input.contentType}" is neither a media type nor a range such as "text/*"`);
  }
  if (isPresent(output?.contentType) && !mediaType.test(output.contentType)) {
    report(`${path}.output.contentType`, `"${output.contentType}" is not a media type; ranges are for inputs`);
  }
  reportSchemaFault(input?.jsonSchema, `${path}.input.jsonSchema`, report);
  reportSchemaFault(output?.jsonSchema, `${path}.output.jsonSchema`, report);
}

function reportSchemaFault(schema: unknown, path: string, report: Report): void {
  const fault = isPresent(schema) ? findSchemaFault(schema) : undefined;
  if (fault !== undefined) report(path, fault);
}

function checkVersionOf(
  holder: WireManifest | WireSettings,
  since: Readonly<Record<string, ManifestVersion>>,
  { version, path, report }: Place,
): void {
  for (const [property, value] of Object.entries(holder)) {
    const first = since[property];
    if (first === undefined || !isPresent(value) || version >= first) continue;
    report(
      path === '' ? property : `${path}.${property}`,
      `it exists from manifest v${first} on, and this is v${version}`,
    );
  }
}

function reportDuplicates(named: readonly { readonly name: string }[], path: string, report: Report): void {
  const seen = new Set<string>();
  for (const [index, { name }] of named.entries()) {
    if (seen.has(name)) report(`${path}.${index}.name`, `"${name}" is declared twice`);
    seen.add(name);
  }
}

function isPresent<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}
