/**
 * The registry snapshot that the engine decides with: which deployments exist, what each serves, and which one is current
 * for each service. Immutable; the shell replaces it whole (AdoptRegistry) after the change is durable.
 */
import type { DeploymentId, Manifest, ProtocolVersion } from '@holdfast/protocol';
import type { HandlerKind, ServiceKind } from './record.ts';

export interface RetryPolicy {
  readonly initialIntervalMs: number;
  readonly factor: number;
  readonly maxIntervalMs: number;
  /** Counts the first attempt too; at least 1. */
  readonly attemptsMax: number;
  readonly onMaxAttempts: 'pause' | 'kill';
}

export interface InputRule {
  readonly required: boolean;
  /** May hold wildcards, such as `application/*`. */
  readonly contentType?: string;
  /** The handler takes no body at all. */
  readonly mustBeEmpty: boolean;
}

export interface OutputRule {
  /** Absent: the handler answers without a content type. */
  readonly contentType?: string;
  readonly setContentTypeIfEmpty: boolean;
}

/** A handler with every setting resolved: handler, else service, else the runtime's default (protocol section 12.1). */
export interface HandlerDefinition {
  readonly name: string;
  readonly kind: HandlerKind;
  readonly input: InputRule;
  readonly output: OutputRule;
  readonly ingressPrivate: boolean;
  readonly lazyState: boolean;
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  readonly journalRetentionMs: number;
  readonly idempotencyRetentionMs: number;
  readonly workflowRetentionMs: number;
  readonly retryPolicy: RetryPolicy;
}

export interface ServiceDefinition {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly handlers: ReadonlyMap<string, HandlerDefinition>;
}

export type Grade = 'sealed' | 'platform' | 'claimed' | 'unverified';

export interface Deployment {
  readonly id: DeploymentId;
  readonly address: { readonly kind: 'http'; readonly uri: string; readonly http1: boolean };
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly protocolMode: 'bidi' | 'requestResponse';
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  /** What new invocations are pinned to. */
  readonly protocolVersion: ProtocolVersion;
  readonly sdk: string;
  readonly grade: Grade;
  readonly fingerprint: string;
  readonly createdAt: number;
  /** Takes no new work: being removed, or superseded. */
  readonly closing: boolean;
  /** Its address serves this other deployment since an operator forced that; work it holds runs on code it was not accepted under. */
  readonly supersededBy?: DeploymentId;
  readonly services: ReadonlyMap<string, ServiceDefinition>;
  /** As discovered, for display and comparison. */
  readonly manifest: Manifest;
}

export interface ServiceRoute {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly current: DeploymentId;
  readonly revision: number;
  /** Set by an operator; `undefined` follows the manifest. */
  readonly publicOverride?: boolean;
}

export interface Registry {
  /** Grows with every change. */
  readonly revision: number;
  readonly deployments: ReadonlyMap<DeploymentId, Deployment>;
  readonly services: ReadonlyMap<string, ServiceRoute>;
}

export const EMPTY_REGISTRY: Registry = { revision: 0, deployments: new Map(), services: new Map() };

export function findHandler(
  registry: Registry,
  deployment: DeploymentId,
  service: string,
  handler: string,
): HandlerDefinition | undefined {
  return registry.deployments.get(deployment)?.services.get(service)?.handlers.get(handler);
}
