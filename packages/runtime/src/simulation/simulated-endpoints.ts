/** The processes of deployments: they run handlers, execute steps, stumble, die, and come back. */
import { parseInvocationContentType, parseInvocationId } from '@holdfast/protocol';
import type { InvocationId, Result } from '@holdfast/protocol';
import type { Deployment } from '../engine/registry.ts';
import type { AttemptRequest } from '../invoker/transport.ts';
import type { EffectsLedger, Violation } from './effects-ledger.ts';
import { encode } from './handler-context.ts';
import type { Wait } from './handler-context.ts';
import type { JournalLedger } from './journal-ledger.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SimulatedAttempt } from './simulated-attempt.ts';
import type { EndpointSide, EndpointStream } from './simulated-transport.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface EndpointsParts {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly effects: EffectsLedger;
  readonly journals: JournalLedger;
  readonly violation: Violation;
  readonly faulty: () => boolean;
  /** An attempt came to a deployment. */
  readonly onAttempt: () => void;
  /** It runs the execution of this invocation that has this seed. */
  readonly onStart: (invocation: InvocationId, randomSeed: bigint, deployment: Deployment) => void;
  /** Somebody outside learnt of an awakeable or a signal, and resolves it once or twice. */
  readonly onPublished: (invocation: InvocationId, awaited: Wait) => void;
  /** A handler of this workflow begins to wait for a promise. */
  readonly onPromiseAwaited: (workflow: string, name: string) => void;
}

export class SimulatedEndpoints {
  readonly #parts: EndpointsParts;
  readonly #downUntil = new Map<string, number>();
  readonly #stumbled = new Set<string>();
  readonly #hints: boolean;
  readonly #acksRate: number;

  constructor(parts: EndpointsParts) {
    this.#parts = parts;
    this.#hints = parts.random.chance(0.5);
    this.#acksRate = parts.random.pick([0, 0.2]);
  }

  /** Its processes are away for a while. */
  takeDown(name: string): void {
    const { random, time, trace } = this.#parts;
    const forMs = random.between(0, 2_000);
    trace.note(`the endpoint of ${name} is down for ${forMs} ms`);
    this.#downUntil.set(name, time.elapsedMs + forMs);
  }

  /** `undefined`: nobody is there. */
  accept(request: AttemptRequest, side: EndpointSide): EndpointStream | undefined {
    const { deployment, headers, path } = request;
    const { effects, faulty, journals, onAttempt, onPromiseAwaited, onStart, random, time, trace, violation } =
      this.#parts;
    const invocation = parseInvocationId(headers['x-restate-invocation-id'] ?? '');
    if (invocation === undefined) throw new Error('An attempt names no invocation.');
    const [, , service = '', handler = ''] = path.split('/');
    const version = parseInvocationContentType(headers['content-type'] ?? '');
    if (version === undefined) throw new Error('An attempt names no protocol version.');
    trace.note(`${invocation} attempt at ${deployment.fingerprint}: ${service}/${handler}`);
    onAttempt();
    if (faulty() && (this.#downUntil.get(deployment.fingerprint) ?? 0) > time.elapsedMs) return undefined;
    return new SimulatedAttempt(
      { service, handler },
      {
        version,
        hints: this.#hints && version >= 7,
        now: () => time.wall(),
        send: (bytes) => side.send(bytes),
        finish: () => side.finish(),
        breakStream: () => side.break(),
        asksForAck: () => random.chance(this.#acksRate),
        execute: (step, done) => this.#execute(step, invocation, done),
        confirm: (step) => effects.confirm(step.life, step.completionId, step.result),
        noteStart: (randomSeed) => onStart(invocation, randomSeed, deployment),
        noteReplay: (life, frames) => journals.noteReplay(life, frames),
        noteConsumed: (life, index, result) => journals.noteConsumed(life, index, result),
        stumbles: (name) => this.#stumbles(deployment, name),
        askForPromise: onPromiseAwaited,
        violation,
      },
    );
  }

  #execute(
    step: {
      readonly life: string;
      readonly completionId: number;
      readonly fails: boolean;
      readonly publishes?: Wait;
    },
    invocation: InvocationId,
    done: (result: Result) => void,
  ): void {
    const { effects, onPublished, random, time } = this.#parts;
    const token = effects.begin(step.life, step.completionId);
    if (step.publishes !== undefined) onPublished(invocation, step.publishes);
    const result: Result = step.fails
      ? { kind: 'failure', failure: { code: 402, message: token, metadata: [] } }
      : { kind: 'success', value: encode(token) };
    time.setTimer(random.pick([0, 1, 10, 100]), () => done(result));
  }

  /** Once per place and deployment. */
  #stumbles(deployment: Deployment, name: string): boolean {
    const place = `${deployment.id}/${name}`;
    if (this.#stumbled.has(place)) return false;
    this.#stumbled.add(place);
    this.#parts.trace.note(`stumbles at ${name}`);
    return true;
  }
}
