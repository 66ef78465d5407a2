/**
 * Decides which deployment new work is pinned to: the first rule that applies.
 *
 *   1  a repeat of a known id: the existing execution's (acceptInvocation returns before it comes here)
 *   2  a handler of a running or retained workflow: the workflow's. Sessions of objects take their place here too
 *   3  the deployment that the caller asked for; against rule 2 it is a PIN_CONFLICT
 *   4, 5  what the sender proposes (see proposePin): the caller's deployment where it serves the callee
 *   6  the current deployment of the service
 */
import { workflowInvocationId } from '@holdfast/protocol';
import type { DeploymentId } from '@holdfast/protocol';
import type { Refusal } from '../command.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import type { Pin, Target } from '../record.ts';
import type { Deployment, HandlerDefinition } from '../registry.ts';
import type { Transaction } from '../transaction.ts';

export interface PinRequest {
  readonly service: string;
  readonly handler: string;
  readonly key: string;
  readonly explicit?: DeploymentId;
  readonly proposed?: DeploymentId;
}

export type PinDecision =
  | {
      readonly kind: 'pinned';
      readonly pin: Pin;
      readonly target: Target;
      readonly handler: HandlerDefinition;
      readonly rule: string;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export function decidePin(tx: Transaction, env: Env, request: PinRequest): PinDecision {
  const route = env.registry.services.get(request.service);
  if (route === undefined) {
    return refused(
      'SERVICE_NOT_FOUND',
      `No deployment serves ${request.service}.`,
      'Register one with "holdfast deployments register <uri>".',
      { service: request.service },
    );
  }
  const workflow =
    route.kind === 'workflow'
      ? tx.invocation(workflowInvocationId({ name: request.service, key: request.key }))
      : undefined;
  if (workflow !== undefined) {
    if (request.explicit !== undefined && request.explicit !== workflow.pin.deployment) {
      return refused(
        'PIN_CONFLICT',
        `The workflow ${request.service}/${request.key} runs on ${workflow.pin.deployment}, but ${request.explicit} was asked for.`,
        'Leave the deployment out, or use another workflow key.',
        { pinned: workflow.pin.deployment, asked: request.explicit, invocation: workflow.id },
      );
    }
    return pinTo(env, request, workflow.pin.deployment, 'the workflow');
  }
  if (request.explicit !== undefined) return pinTo(env, request, request.explicit, 'asked for');
  if (request.proposed !== undefined)
    return pinTo(env, request, request.proposed, request.proposed === route.current ? 'current' : 'the caller');
  return pinTo(env, request, route.current, 'current');
}

/**
 * What a handler's call or send would be pinned to: the caller's deployment where it serves the callee, so that a deployment talks to
 * itself; but a send of a handler to itself is new work, so that a cron pattern moves on and versions can end.
 */
export function proposePin(
  env: Env,
  caller: { readonly target: Target; readonly pin: Pin },
  callee: { readonly service: string; readonly handler: string; readonly key: string; readonly oneWay: boolean },
): DeploymentId | undefined {
  const route = env.registry.services.get(callee.service);
  const own = env.registry.deployments.get(caller.pin.deployment)?.services.has(callee.service) ?? false;
  const toItself =
    callee.oneWay &&
    callee.service === caller.target.service &&
    callee.handler === caller.target.handler &&
    callee.key === caller.target.key;
  return own && !toItself ? caller.pin.deployment : route?.current;
}

function pinTo(env: Env, request: PinRequest, id: DeploymentId, rule: string): PinDecision {
  const deployment = env.registry.deployments.get(id);
  if (deployment === undefined) {
    return refused(
      'DEPLOYMENT_NOT_FOUND',
      `There is no deployment ${id}.`,
      'List them with "holdfast deployments list".',
      { deployment: id },
    );
  }
  // A closing deployment finishes the work that hangs on what it already has, and takes nothing new.
  if (deployment.closing && (rule === 'asked for' || rule === 'current')) {
    return refused(
      'DEPLOYMENT_CLOSING',
      `Deployment ${id} is being removed and takes no new work.`,
      'Use another deployment.',
      { deployment: id },
    );
  }
  const handler = deployment.services.get(request.service)?.handlers.get(request.handler);
  const kind = deployment.services.get(request.service)?.kind;
  if (handler === undefined || kind === undefined) {
    return refused(
      'HANDLER_NOT_FOUND',
      `Deployment ${id} does not serve ${request.service}/${request.handler}.`,
      `See what it serves with "holdfast deployments describe ${id}".`,
      { deployment: id, service: request.service, handler: request.handler },
    );
  }
  return {
    kind: 'pinned',
    pin: { deployment: id, protocolVersion: deployment.protocolVersion },
    target: {
      service: request.service,
      handler: request.handler,
      key: request.key,
      serviceKind: kind,
      handlerKind: handler.kind,
    },
    handler,
    rule,
  };
}

/** Why a deployment cannot take over an invocation that was accepted elsewhere, or `undefined` when it can. */
export function refuseTakeOver(
  deployment: Deployment,
  invocation: { readonly target: Target; readonly pin: Pin },
): Refusal | undefined {
  const { target, pin } = invocation;
  const handler = deployment.services.get(target.service)?.handlers.get(target.handler);
  if (deployment.services.get(target.service)?.kind !== target.serviceKind || handler?.kind !== target.handlerKind) {
    return refuse(
      'DEPLOYMENT_UNSUITABLE',
      `Deployment ${deployment.id} does not serve ${target.service}/${target.handler} as the same kind of handler.`,
      `See what it serves with "holdfast deployments describe ${deployment.id}".`,
      { deployment: deployment.id, target },
    );
  }
  if (pin.protocolVersion < deployment.minProtocolVersion || pin.protocolVersion > deployment.maxProtocolVersion) {
    return refuse(
      'DEPLOYMENT_UNSUITABLE',
      `The journal was written in protocol version ${pin.protocolVersion}, but deployment ${deployment.id} speaks ${deployment.minProtocolVersion} to ${deployment.maxProtocolVersion}.`,
      'Choose a deployment whose SDK speaks that version.',
      { deployment: deployment.id, pinned: pin.protocolVersion },
    );
  }
  return undefined;
}

function refused(...args: Parameters<typeof refuse>): PinDecision {
  return { kind: 'refused', refusal: refuse(...args) };
}
