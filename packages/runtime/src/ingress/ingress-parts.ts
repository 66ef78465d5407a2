import type { Clock } from '../clock.ts';
import type { Registry } from '../engine/registry.ts';
import type { Partitions } from '../partition/port.ts';
import type { Log } from '../telemetry/log.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { BodyLimits } from './request-body.ts';
import type { Callers } from './callers.ts';
import type { DrawId } from './draw-id.ts';

export interface IngressLimits extends BodyLimits {
  readonly headerBytesMax: number;
  /** Requests that may be open at once; each waiting caller is one. */
  readonly openRequestsMax: number;
}

/** What the routes of the ingress work with. */
export interface IngressParts {
  readonly partitions: Partitions;
  /** Undefined until the registry is loaded. */
  readonly findRegistry: () => Registry | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: IngressLimits;
  readonly drawId: DrawId;
  readonly callers: Callers;
  readonly bodies: ByteBudget;
}
