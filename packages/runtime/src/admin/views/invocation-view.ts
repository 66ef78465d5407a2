import { z } from 'zod';
import type { AttemptFailure, InvocationRecord, InvokedBy } from '../../engine/record.ts';
import type { DeploymentHold } from '../../partition/port.ts';
import { statusName } from './status-name.ts';
import { viewUnreachable } from './unreachable-view.ts';

export interface InvocationView {
  readonly id: string;
  readonly target: string;
  readonly service: string;
  readonly handler: string;
  readonly key?: string | undefined;
  readonly service_kind: string;
  readonly handler_kind: string;
  readonly status: string;
  /** What the status says more: when it starts or retries, why it is paused, what it waits for. */
  readonly status_details: Readonly<Record<string, unknown>>;
  readonly pin: { readonly deployment: string; readonly protocol_version: number };
  readonly versions: readonly {
    readonly deployment: string;
    readonly at: string;
    readonly from_entry: number;
    readonly by: string;
    readonly reason: string;
  }[];
  readonly journal: { readonly entries: number; readonly commands: number };
  readonly retries: { readonly since_last_command: number; readonly counted: number };
  readonly attempts: number;
  readonly last_failure?: FailureView | undefined;
  readonly invoked_by: Readonly<Record<string, unknown>>;
  readonly idempotency_key?: string | undefined;
  readonly created_at: string;
  readonly modified_at: string;
  readonly started_at?: string | undefined;
}

export interface FailureView {
  readonly at: string;
  readonly code: string;
  readonly protocol_code: number;
  readonly message: string;
  readonly stacktrace?: string | undefined;
  readonly deployment: string;
  readonly related_command_index?: number | undefined;
  readonly related_command_name?: string | undefined;
}

export const failureViewSchema: z.ZodType<FailureView> = z
  .object({
    at: z.string(),
    code: z.string(),
    protocol_code: z.number(),
    message: z.string(),
    stacktrace: z.string().optional(),
    deployment: z.string(),
    related_command_index: z.number().optional(),
    related_command_name: z.string().optional(),
  })
  .meta({ id: 'AttemptFailure' });

export const invocationViewSchema: z.ZodType<InvocationView> = z
  .object({
    id: z.string(),
    target: z.string(),
    service: z.string(),
    handler: z.string(),
    key: z.string().optional(),
    service_kind: z.string(),
    handler_kind: z.string(),
    status: z.string(),
    status_details: z.record(z.string(), z.unknown()),
    pin: z.object({ deployment: z.string(), protocol_version: z.number() }),
    versions: z.array(
      z.object({
        deployment: z.string(),
        at: z.string(),
        from_entry: z.number(),
        by: z.string(),
        reason: z.string(),
      }),
    ),
    journal: z.object({ entries: z.number(), commands: z.number() }),
    retries: z.object({ since_last_command: z.number(), counted: z.number() }),
    attempts: z.number(),
    last_failure: failureViewSchema.optional(),
    invoked_by: z.record(z.string(), z.unknown()),
    idempotency_key: z.string().optional(),
    created_at: z.string(),
    modified_at: z.string(),
    started_at: z.string().optional(),
  })
  .meta({ id: 'Invocation' });

/** `wait`: set for an invocation whose attempt is ordered and not opened yet. */
export function viewInvocation(
  record: InvocationRecord,
  wait?: { readonly hold: DeploymentHold | undefined },
): InvocationView {
  const { target, state } = record;
  const isKeyed = target.serviceKind !== 'service';
  return {
    id: record.id,
    target: isKeyed ? `${target.service}/${target.key}/${target.handler}` : `${target.service}/${target.handler}`,
    service: target.service,
    handler: target.handler,
    ...(isKeyed ? { key: target.key } : {}),
    service_kind: target.serviceKind,
    handler_kind: target.handlerKind,
    status: statusName(state.status),
    status_details: wait === undefined ? statusDetails(record) : { ...statusDetails(record), ...viewWait(wait.hold) },
    pin: { deployment: record.pin.deployment, protocol_version: record.pin.protocolVersion },
    versions: record.versions.map((version) => ({
      deployment: version.deployment,
      at: time(version.at),
      from_entry: version.fromEntry,
      by: version.by,
      reason: version.reason,
    })),
    journal: { entries: record.journal.length, commands: record.journal.commands },
    retries: { since_last_command: record.retry.sinceLastCommand, counted: record.retry.budgetUsed },
    attempts: record.epoch,
    ...(record.lastFailure === undefined ? {} : { last_failure: viewFailure(record.lastFailure) }),
    invoked_by: viewInvokedBy(record.invokedBy),
    ...(record.idempotencyKey === undefined ? {} : { idempotency_key: record.idempotencyKey }),
    created_at: time(record.createdAt),
    modified_at: time(record.modifiedAt),
    ...(record.startedAt === undefined ? {} : { started_at: time(record.startedAt) }),
  };
}

function viewFailure(failure: AttemptFailure): FailureView {
  return {
    at: time(failure.at),
    code: failure.code,
    protocol_code: failure.protocolCode,
    message: failure.message,
    ...(failure.stacktrace === '' ? {} : { stacktrace: failure.stacktrace }),
    deployment: failure.deployment,
    ...(failure.relatedCommandIndex === undefined ? {} : { related_command_index: failure.relatedCommandIndex }),
    ...(failure.relatedCommandName === undefined ? {} : { related_command_name: failure.relatedCommandName }),
  };
}

function viewWait(hold: DeploymentHold | undefined): Readonly<Record<string, unknown>> {
  if (hold === undefined) return { not_attempted_because: 'no place for its attempt is free yet' };
  return { not_attempted_because: 'its deployment cannot be reached', unreachable: viewUnreachable(hold) };
}

function statusDetails(record: InvocationRecord): Readonly<Record<string, unknown>> {
  const { state } = record;
  switch (state.status) {
    case 'scheduled':
      return { starts_at: time(state.startAt) };
    case 'pending':
      return {};
    case 'running':
      return state.pausing ? { pausing: true } : {};
    case 'backingOff':
      return { retries_at: time(state.retryAt) };
    case 'suspended': {
      const { completions, signals, namedSignals } = state.awaiting;
      return { since: time(state.since), waits_for: { completions, signals, named_signals: namedSignals } };
    }
    case 'paused':
      return { since: time(state.since), reason: pauseReasons[state.reason.kind] };
    case 'completed':
      return {
        at: time(state.at),
        outcome: state.result.kind,
        ...(state.result.kind === 'failure'
          ? { failure: { code: state.result.failure.code, message: state.result.failure.message } }
          : {}),
        journal_kept: state.journalKept,
      };
  }
}

const pauseReasons = {
  operator: 'paused by an operator',
  attemptsExhausted: 'all attempts failed',
  requestedByHandler: 'the handler asked for it',
  mismatch: 'the journal and the code disagree',
} as const;

function viewInvokedBy(by: InvokedBy): Readonly<Record<string, unknown>> {
  switch (by.kind) {
    case 'ingress':
      return { kind: 'ingress' };
    case 'invocation':
      return { kind: 'invocation', id: by.id, service: by.service, handler: by.handler };
    case 'restart':
      return { kind: 'restart', of: by.of };
  }
}

function time(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
