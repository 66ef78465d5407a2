/** Draws programs from the seed. */
import type { Callee, Operation, Program, Step, Stumble } from './program.ts';
import type { SeededRandom } from './seeded-random.ts';

type Kind = 'plain' | 'exclusive' | 'shared' | 'workflow';

/** The one promise of every simulated workflow. */
export const PROMISE = 'approval';
const KEYS = ['red', 'green', 'blue'] as const;
const NAMES = ['a', 'b', 'c'] as const;
const STUMBLES: readonly [Stumble, ...Stumble[]] = [
  'error',
  'error',
  'errorWithDelay',
  'pause',
  'crash',
  'garbage',
  'halfFrame',
  'silence',
  'endWithoutOutput',
  'badCommand',
  'suspendOnRun',
];
const EXECUTIONS_SHARED = 4;
/** More than a partition of a simulated world keeps in memory, and more than any command needs that touches a few records. */
const CROWD = 80;

export class ProgramMaker {
  readonly #random: SeededRandom;
  readonly #shared: readonly Callee[];
  #count = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#shared = Array.from({ length: EXECUTIONS_SHARED }, (_, index) => {
      const program = this.program(0, index % 2 === 0 ? 'plain' : 'exclusive');
      const target =
        index % 2 === 0
          ? ({ service: 'Plain', handler: 'go', key: '' } as const)
          : ({ service: 'Counter', handler: 'go', key: this.#random.pick(KEYS) } as const);
      return { ...target, program, idempotencyKey: `once-${index}` };
    });
  }

  /** `depth` bounds how far programs call each other. */
  callee(depth: number): Callee {
    const kind = this.#random.between(0, 10);
    if (kind < 4) return this.#unkeyed(depth);
    if (kind < 8) {
      const program = this.program(depth, 'exclusive');
      return { service: 'Counter', handler: 'go', key: this.#random.pick(KEYS), program };
    }
    if (kind < 9 && this.#random.chance(0.3)) {
      // Waits for what the run of this workflow, or a colleague, will decide; also when that run is over and forgotten.
      const operations = [
        { op: 'run', name: `r${this.#count++}`, fails: false },
        { op: 'promise', name: PROMISE },
      ] as const;
      return { service: 'Flow', handler: 'help', key: 'flow', program: this.#make(operations) };
    }
    if (kind < 9) {
      return { service: 'Counter', handler: 'look', key: this.#random.pick(KEYS), program: this.program(0, 'shared') };
    }
    return { service: 'Flow', handler: 'run', key: `flow-${this.#count++}`, program: this.program(depth, 'workflow') };
  }

  /** One of a few executions that many callers mean. */
  sharedExecution(): Callee {
    return this.#random.pick(this.#shared as [Callee, ...Callee[]]);
  }

  /** Ends only when somebody cancels or kills it, and so does what it calls. On keys of its own, which nobody else waits for. */
  endless(): Callee {
    const key = `endless-${this.#count++}`;
    const never = (): Program => this.#make([{ op: 'never' }]);
    const child: Callee = this.#random.chance(0.5)
      ? { service: 'Plain', handler: 'go', key: '', program: never() }
      : { service: 'Counter', handler: 'go', key: `${key}-child`, program: never() };
    const program = this.#make([
      { op: 'run', name: `r${this.#count++}`, fails: false },
      { op: 'call', to: child },
    ]);
    return { service: 'Counter', handler: 'go', key, program };
  }

  /** Sends to many at once, all in one read; in some crowds everybody waits for the same execution, and is told in one commit. */
  crowd(): Callee {
    const awaited = this.#random.chance(0.5) ? this.sharedExecution() : undefined;
    const member = (): Callee => {
      const program = this.#make(awaited === undefined ? [] : [{ op: 'attach', to: awaited }]);
      return { service: 'Plain', handler: 'go', key: '', program };
    };
    const sends = Array.from({ length: CROWD }, () => ({ op: 'send', to: member(), delayMs: 0 }) as const);
    return { service: 'Plain', handler: 'go', key: '', program: this.#make(sends) };
  }

  program(depth: number, kind: Kind): Program {
    const operations = Array.from({ length: this.#random.between(0, 5) }, () => this.#operation(depth, kind));
    if (kind === 'exclusive' || kind === 'workflow') operations.push({ op: 'bump' });
    return this.#make(operations);
  }

  #make(operations: readonly Operation[]): Program {
    const draw = this.#random.next();
    return { id: `p${this.#count++}`, operations, ends: draw < 0.06 ? 'failure' : draw < 0.09 ? 'giveUp' : 'value' };
  }

  #operation(depth: number, kind: Kind): Operation {
    switch (this.#random.between(0, 9)) {
      case 0:
        return { op: 'stumble', name: `s${this.#count++}`, how: this.#random.pick(STUMBLES) };
      case 1:
        return {
          op: this.#random.pick(['all', 'any']),
          steps: Array.from({ length: this.#random.between(2, 4) }, () => this.#step(depth, kind)),
        };
      case 2:
        return depth > 0 ? this.#sending(depth, kind) : this.#step(depth, kind);
      case 3:
      case 4:
        return kind === 'plain' ? this.#step(depth, kind) : this.#onState(kind);
      case 5:
        return kind === 'workflow' ? this.#onPromise() : this.#step(depth, kind);
      default:
        return this.#step(depth, kind);
    }
  }

  #sending(depth: number, kind: Kind): Operation {
    const draw = this.#random.between(0, 6);
    const delayMs = this.#random.pick([0, 0, 50, 3_000]);
    if (draw === 0) return { op: 'sendAndAttach', to: this.#unkeyed(0) };
    if (draw === 1) {
      const by = this.#random.pick(['awakeable', 'signal'] as const);
      const program = this.#make([{ op: 'beWoken', by }]);
      return { op: 'wake', by, to: { service: 'Plain', handler: 'go', key: '', program } };
    }
    if (draw === 2) {
      const program = this.#make([{ op: 'never' }]);
      return { op: 'cancelChild', to: { service: 'Plain', handler: 'go', key: '', program } };
    }
    if (draw === 3 && kind !== 'workflow')
      return { op: 'again', delayMs, next: this.program(0, kind === 'exclusive' ? 'exclusive' : 'plain') };
    return { op: 'send', to: this.callee(depth - 1), delayMs };
  }

  #onState(kind: Kind): Operation {
    const name = this.#random.pick(NAMES);
    if (kind === 'shared') return this.#random.chance(0.7) ? { op: 'read', name } : { op: 'names' };
    switch (this.#random.between(0, 7)) {
      case 0:
        return { op: 'names' };
      case 1:
        return { op: 'clear', name };
      case 2:
        return this.#random.chance(0.3) ? { op: 'clearAll' } : { op: 'read', name };
      case 3:
        return { op: 'bump' };
      case 4:
        return { op: 'read', name };
      default:
        return { op: 'set', name };
    }
  }

  #onPromise(): Operation {
    return this.#random.chance(0.5)
      ? { op: 'peekPromise', name: PROMISE }
      : { op: 'resolvePromise', name: PROMISE, fails: this.#random.chance(0.3) };
  }

  #step(depth: number, kind: Kind): Step {
    const draw = this.#random.between(0, 11);
    // A handler that holds a key must not wait for another holder of keys: two of them could wait for each other for ever.
    if (draw < 2 && depth > 0) return { op: 'call', to: kind === 'exclusive' ? this.#unkeyed(0) : this.#called(depth) };
    if (draw < 3) return { op: 'sleep', ms: this.#random.pick([0, 5, 300, 20_000]) };
    if (draw < 4) return { op: 'awakeable', name: `a${this.#count++}` };
    if (draw < 5) return { op: 'signal', name: `n${this.#count++}` };
    if (draw < 6 && kind === 'workflow') return { op: 'promise', name: PROMISE };
    if (draw < 7 && depth > 0 && kind !== 'exclusive')
      return { op: this.#random.pick(['attach', 'output']), to: this.sharedExecution() };
    return { op: 'run', name: `r${this.#count++}`, fails: this.#random.chance(0.1) };
  }

  #called(depth: number): Callee {
    return this.#random.chance(0.15) ? this.sharedExecution() : this.callee(depth - 1);
  }

  #unkeyed(depth: number): Callee {
    return { service: 'Plain', handler: 'go', key: '', program: this.program(depth, 'plain') };
  }
}
