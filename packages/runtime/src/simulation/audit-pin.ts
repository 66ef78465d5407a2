/** P2: what new work had to be pinned to, decided once more from what the store holds (design, section 5, rules 2 to 6). */
import { workflowInvocationId } from '@holdfast/protocol';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { InvocationRecord } from '../engine/record.ts';

export interface PinWitness {
  /** Deployments that were current at some moment of this decision. */
  readonly current: ReadonlySet<DeploymentId>;
  readonly find: (id: InvocationId) => InvocationRecord | undefined;
  /** Whether this id had an earlier life, with a pin of its own, which may have sent what arrives now. */
  readonly livedBefore: (record: InvocationRecord) => boolean;
}

/** Says what is wrong with the pin of an invocation that is being accepted; every deployment of a simulated world serves every service. */
export function auditPin(record: InvocationRecord, witness: PinWitness): string | undefined {
  const { id, invokedBy, pin, target } = record;
  // The original's pin, or what the operator asked for: the only rule that comes before a workflow's.
  if (invokedBy.kind === 'restart') return undefined;
  const workflow =
    target.serviceKind === 'workflow'
      ? witness.find(workflowInvocationId({ name: target.service, key: target.key }))
      : undefined;
  if (workflow !== undefined && workflow.id !== id) {
    const allowed = workflow.versions.map((version) => version.deployment);
    return allowed.includes(pin.deployment)
      ? undefined
      : `${id} is pinned to ${pin.deployment}, its workflow to ${workflow.pin.deployment}`;
  }
  switch (invokedBy.kind) {
    case 'ingress':
      if (record.versions[0]?.reason === 'asked for' || witness.current.has(pin.deployment)) return undefined;
      return `${id} is pinned to ${pin.deployment}, which is not current`;
    case 'invocation': {
      const parent = witness.find(invokedBy.id);
      const toItself =
        parent !== undefined &&
        parent.target.service === target.service &&
        parent.target.handler === target.handler &&
        parent.target.key === target.key;
      // Messages take their time: what was current when a handler sent to itself may not be current any more.
      if (parent === undefined || toItself || witness.livedBefore(parent)) return undefined;
      if (parent.versions.some((version) => version.deployment === pin.deployment)) return undefined;
      return `${id} is pinned to ${pin.deployment}, its caller ${parent.id} to ${parent.pin.deployment}`;
    }
  }
}
