/** Facts of the moment that every command may use. Pure inputs, given by the partition. */
import type { Registry } from './registry.ts';

export interface Env {
  /** Epoch ms. */
  readonly now: number;
  readonly registry: Registry;
  readonly partition: number;
  readonly partitions: number;
}
