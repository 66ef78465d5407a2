/**
 * Accepts work: from here on it is durable, pinned and counted, before any user code has run (promises P1, P2, P10). A repeated id
 * never makes a second execution (promise P8).
 */
import { encodeCommand } from '@holdfast/protocol';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { Refusal } from '../command.ts';
import type { Env } from '../env.ts';
import { EMPTY_JOURNAL } from '../fold-journal.ts';
import { boundTime } from '../latest-time.ts';
import { refuse } from '../refusal.ts';
import type { InvocationRecord, InvokedBy, Sink, Target } from '../record.ts';
import type { HandlerDefinition } from '../registry.ts';
import type { Transaction } from '../transaction.ts';
import { admitInvocation } from './admit-invocation.ts';
import { enterState } from './change-state.ts';
import { decidePin } from './decide-pin.ts';
import { randomSeed } from './random-seed.ts';
import { checkInput } from './check-input.ts';

export interface AcceptRequest {
  readonly id: InvocationId;
  readonly service: string;
  readonly handler: string;
  readonly key: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly input: Uint8Array;
  readonly idempotencyKey?: string;
  readonly startAt: number;
  /** Present when a caller outside asks: its content type is then checked against the manifest. */
  readonly fromIngress?: { readonly contentType?: string; readonly deployment?: DeploymentId };
  readonly proposedDeployment?: DeploymentId;
  readonly invokedBy: InvokedBy;
  readonly caller?: Sink;
}

export type AcceptOutcome =
  | { readonly kind: 'accepted'; readonly record: InvocationRecord }
  | { readonly kind: 'exists'; readonly existing: InvocationRecord }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export function acceptInvocation(tx: Transaction, env: Env, request: AcceptRequest): AcceptOutcome {
  const existing = tx.invocation(request.id);
  if (existing !== undefined) return { kind: 'exists', existing };
  const decision = decidePin(tx, env, {
    service: request.service,
    handler: request.handler,
    key: request.key,
    ...(request.fromIngress?.deployment === undefined ? {} : { explicit: request.fromIngress.deployment }),
    ...(request.proposedDeployment === undefined ? {} : { proposed: request.proposedDeployment }),
  });
  if (decision.kind === 'refused') return decision;
  const refusal = checkRequest(env, request, decision.target, decision.handler);
  if (refusal !== undefined) return { kind: 'refused', refusal };

  const record = createRecord(env, request, decision);
  const input = {
    kind: 'input',
    name: '',
    headers: request.headers.map(([key, value]) => ({ key, value })),
    value: request.input,
  } as const;
  enterState(tx, record);
  const appended = tx.append(record, input, encodeCommand(input), env.now);
  if (appended.state.status === 'scheduled' && appended.state.startAt > env.now) {
    tx.put({
      table: 'timer',
      record: { fireAt: appended.state.startAt, invocation: appended.id, purpose: { kind: 'start' } },
    });
    tx.emit({ kind: 'armTimer', fireAt: appended.state.startAt });
    tx.seal(appended.id);
  } else {
    admitInvocation(tx, env, appended);
  }
  return { kind: 'accepted', record: tx.invocation(request.id) ?? appended };
}

function createRecord(
  env: Env,
  request: AcceptRequest,
  decision: Extract<ReturnType<typeof decidePin>, { kind: 'pinned' }>,
): InvocationRecord {
  const { target, handler, pin } = decision;
  const completionRetentionMs =
    target.handlerKind === 'run'
      ? handler.workflowRetentionMs
      : request.idempotencyKey === undefined
        ? handler.journalRetentionMs
        : handler.idempotencyRetentionMs;
  return {
    id: request.id,
    target,
    pin,
    versions: [{ deployment: pin.deployment, at: env.now, fromEntry: 0, by: 'acceptance', reason: decision.rule }],
    // Admission decides between running and pending; until then it counts as scheduled work.
    state: { status: 'scheduled', startAt: boundTime(Math.max(request.startAt, env.now)) },
    epoch: 0,
    journal: EMPTY_JOURNAL,
    retry: { sinceLastCommand: 0, since: env.now, budgetUsed: 0 },
    invokedBy: request.invokedBy,
    ...(request.caller === undefined ? {} : { caller: request.caller }),
    moreSinks: 0,
    ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
    randomSeed: randomSeed(request.id, env.now),
    completionRetentionMs,
    journalRetentionMs: Math.min(handler.journalRetentionMs, completionRetentionMs),
    createdAt: env.now,
    modifiedAt: env.now,
  };
}

function checkRequest(
  env: Env,
  request: AcceptRequest,
  target: Target,
  handler: HandlerDefinition,
): Refusal | undefined {
  const keyed = target.serviceKind !== 'service';
  if (!keyed && request.key !== '') {
    return refuse(
      'KEY_REFUSED',
      `${target.service} is a service without keys, but the key ${JSON.stringify(request.key)} was given.`,
      'Call it without a key.',
      { target },
    );
  }
  if (target.handlerKind === 'run' && request.idempotencyKey !== undefined) {
    return refuse(
      'IDEMPOTENCY_KEY_REFUSED',
      `The run handler of workflow ${target.service} takes no idempotency key: the workflow key already makes it run once.`,
      'Leave the idempotency key out.',
      { target },
    );
  }
  if (request.fromIngress === undefined) return undefined;
  const isPublic = env.registry.services.get(target.service)?.publicOverride ?? !handler.ingressPrivate;
  if (!isPublic) {
    return refuse(
      'HANDLER_PRIVATE',
      `${target.service}/${target.handler} is private: it takes calls from other handlers only.`,
      'Call it from a handler, or make it public in its definition.',
      { target },
    );
  }
  return checkInput(target, handler.input, {
    length: request.input.length,
    contentType: request.fromIngress.contentType,
  });
}
