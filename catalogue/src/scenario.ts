import type { ServiceDefinition, VirtualObjectDefinition, WorkflowDefinition } from '@restatedev/restate-sdk';
import type { Finding, Outcome } from './outcome.ts';
import type { TargetName } from './targets/target.ts';
import type { World } from './world/world.ts';

/** One row of the corruption catalogue: services in two versions, and the story that is played with them. */
export interface Scenario {
  /** The row's id in the design: `C6`. */
  readonly id: string;
  /** What goes wrong where it is not prevented, as a sentence. */
  readonly title: string;
  /** What each target is known to make of it; a run that finds something else fails. */
  readonly expected: Readonly<Record<TargetName, Outcome>>;
  /** The services of a version. Called in the version's own process, so it may keep no state outside. */
  services(version: Version): readonly ServedService[];
  /** Plays the story and judges what it observes; must not ask which target it is on. */
  play(world: World): Promise<Finding>;
}

export type Version = 'v1' | 'v2';

// Handlers and keys of a service are of no concern to whoever serves it.
export type ServedService =
  | ServiceDefinition<string, unknown>
  | VirtualObjectDefinition<string, unknown>
  | WorkflowDefinition<string, unknown>;
