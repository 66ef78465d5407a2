/** Facts of the moment that every command may use. Pure inputs, given by the partition. */
import type { Registry } from './registry.ts';

export interface Env {
  /** Epoch ms. Never goes back while the process lives. */
  readonly now: number;
  /** How far `now` is ahead of the wall clock, ms. Points in time that come from outside are later by this much on the clock of `now`. */
  readonly lead: number;
  readonly registry: Registry;
  readonly partition: number;
  readonly partitions: number;
}
