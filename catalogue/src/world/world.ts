import type { Version } from '../scenario.ts';
import type { Admin } from './admin.ts';
import type { DeployedVersion } from './deployed-version.ts';
import type { Ingress } from './ingress.ts';

/** What a story can do: deploy its versions, call them, and look at what the target says about it. */
export interface World {
  readonly admin: Admin;
  readonly ingress: Ingress;
  /** Starts the version in a process of its own and registers it, so that new work goes to it. */
  readonly deploy: (version: Version) => Promise<DeployedVersion>;
}
