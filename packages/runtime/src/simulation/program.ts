/**
 * What the handlers of a simulated world do: a program is data, so that it travels as the input of an invocation and any attempt can
 * execute it again from its start.
 */
import type { SeededRandom } from './seeded-random.ts';

export type Step =
  | { readonly op: 'run'; readonly name: string }
  | { readonly op: 'sleep'; readonly ms: number }
  /** Waits for an awakeable that the world resolves after the step that publishes it. */
  | { readonly op: 'awakeable'; readonly name: string }
  | { readonly op: 'call'; readonly to: Callee }
  | { readonly op: 'promise'; readonly name: string };

export type Operation =
  | Step
  /** Reads the counter of the key and writes it back, one higher. */
  | { readonly op: 'bump' }
  | { readonly op: 'send'; readonly to: Callee; readonly delayMs: number }
  | { readonly op: 'resolvePromise'; readonly name: string }
  /** Fails retryably the first time that an endpoint process comes here. */
  | { readonly op: 'stumble'; readonly name: string }
  | { readonly op: 'all'; readonly steps: readonly Step[] };

export interface Callee {
  readonly service: 'Plain' | 'Counter' | 'Flow';
  readonly handler: 'go' | 'look' | 'run' | 'help';
  readonly key: string;
  readonly program: Program;
}

export interface Program {
  /** Unique among all programs of a world. */
  readonly id: string;
  readonly operations: readonly Operation[];
  readonly ends: 'value' | 'failure';
}

const KEYS = ['red', 'green', 'blue'] as const;

export class ProgramMaker {
  readonly #random: SeededRandom;
  #count = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** `depth` bounds how far programs call each other. */
  callee(depth: number): Callee {
    const kind = this.#random.between(0, 9);
    if (kind < 4) return { service: 'Plain', handler: 'go', key: '', program: this.program(depth, 'plain') };
    if (kind < 8)
      return {
        service: 'Counter',
        handler: 'go',
        key: this.#random.pick(KEYS),
        program: this.program(depth, 'exclusive'),
      };
    if (kind < 9)
      return { service: 'Counter', handler: 'look', key: this.#random.pick(KEYS), program: this.program(0, 'shared') };
    return { service: 'Flow', handler: 'run', key: `flow-${this.#count++}`, program: this.program(depth, 'workflow') };
  }

  program(depth: number, kind: 'plain' | 'exclusive' | 'shared' | 'workflow'): Program {
    const operations = Array.from({ length: this.#random.between(0, 4) }, () => this.#operation(depth, kind));
    if (kind === 'exclusive' || kind === 'workflow') operations.push({ op: 'bump' });
    return { id: `p${this.#count++}`, operations, ends: this.#random.chance(0.1) ? 'failure' : 'value' };
  }

  #operation(depth: number, kind: 'plain' | 'exclusive' | 'shared' | 'workflow'): Operation {
    const draw = this.#random.between(0, 11);
    if (draw === 0) return { op: 'stumble', name: `s${this.#count++}` };
    if (draw === 1)
      return { op: 'all', steps: Array.from({ length: this.#random.between(2, 4) }, () => this.#step(depth, kind)) };
    if (draw === 2 && depth > 0)
      return { op: 'send', to: this.#sent(depth - 1), delayMs: this.#random.pick([0, 0, 50, 3_000]) };
    if (draw === 3 && (kind === 'exclusive' || kind === 'workflow')) return { op: 'bump' };
    if (draw === 4 && kind === 'workflow') return { op: 'resolvePromise', name: 'approval' };
    return this.#step(depth, kind);
  }

  #step(depth: number, kind: string): Step {
    const draw = this.#random.between(0, 9);
    // A handler that holds a key must not wait for another holder of keys: two of them could wait for each other for ever.
    if (draw < 2 && depth > 0)
      return { op: 'call', to: kind === 'exclusive' ? this.#unkeyed(depth - 1) : this.callee(depth - 1) };
    if (draw < 3) return { op: 'sleep', ms: this.#random.pick([0, 5, 300, 20_000]) };
    if (draw < 5) return { op: 'awakeable', name: `a${this.#count++}` };
    if (draw < 6 && kind === 'workflow') return { op: 'promise', name: 'approval' };
    return { op: 'run', name: `r${this.#count++}` };
  }

  #sent(depth: number): Callee {
    return this.callee(depth);
  }

  #unkeyed(depth: number): Callee {
    return { service: 'Plain', handler: 'go', key: '', program: this.program(Math.min(depth, 0), 'plain') };
  }
}
