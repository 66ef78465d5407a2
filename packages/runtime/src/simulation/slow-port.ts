/**
 * Between an attempt and its partition messages keep their order, but may be held up: then a newer attempt can be ahead of an older one,
 * which is what epochs are for.
 */
import type { InvocationId } from '@holdfast/protocol';
import type { AttemptName } from '../engine/attempt-name.ts';
import type { EngineCommand, ReplyOf } from '../engine/command.ts';
import type { PartitionPort } from '../partition/port.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface SlowPortParts {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly faulty: () => boolean;
  /** Invocations with a message that is held up; kept here. */
  readonly heldUp: Set<InvocationId>;
  readonly noteSender: (frames: readonly Uint8Array[], sender: AttemptName) => void;
}

type AttemptCommand = Extract<EngineCommand, { kind: 'advanceAttempt' | 'failAttempt' | 'withdrawAttempt' }>;

function isOfAttempt(command: EngineCommand): command is AttemptCommand {
  return ['advanceAttempt', 'failAttempt', 'withdrawAttempt'].includes(command.kind);
}

interface Lane {
  /** Ends when all messages so far have been handed over. */
  tail: Promise<unknown>;
  /** Messages without an answer. */
  open: number;
  /** A message was not taken: nothing behind the hole may arrive, as if all had been in the partition's queue. */
  broken: unknown;
}

export class SlowPort implements Pick<PartitionPort, 'submit'> {
  readonly #port: Pick<PartitionPort, 'submit'>;
  readonly #parts: SlowPortParts;
  readonly #lanes = new Map<string, Lane>();

  constructor(port: Pick<PartitionPort, 'submit'>, parts: SlowPortParts) {
    this.#port = port;
    this.#parts = parts;
  }

  submit<C extends EngineCommand>(command: C): Promise<ReplyOf<C>> {
    const { random, faulty } = this.#parts;
    if (!isOfAttempt(command)) return this.#port.submit(command);
    if (command.kind === 'advanceAttempt') {
      const frames = command.messages.flatMap((message) => (message.kind === 'command' ? [message.bytes] : []));
      this.#parts.noteSender(frames, command);
    }
    const delayMs = faulty() && random.chance(0.1) ? random.between(1, 2_000) : 0;
    return this.#send(command, delayMs);
  }

  async #send<C extends AttemptCommand>(command: C, delayMs: number): Promise<ReplyOf<C>> {
    const name = `${command.invocation}/${command.createdAt}/${command.epoch}`;
    const lane = this.#lanes.get(name) ?? { tail: Promise.resolve(), open: 0, broken: undefined };
    this.#lanes.set(name, lane);
    lane.open += 1;
    try {
      return await this.#queue(lane, command, delayMs);
    } catch (error) {
      lane.broken ??= error;
      throw error;
    } finally {
      if (--lane.open === 0) this.#lanes.delete(name);
    }
  }

  async #hold(invocation: InvocationId, delayMs: number): Promise<void> {
    const { heldUp, time } = this.#parts;
    if (delayMs > 0) heldUp.add(invocation);
    await time.delay(delayMs);
    heldUp.delete(invocation);
  }

  async #queue<C extends AttemptCommand>(lane: Lane, command: C, delayMs: number): Promise<ReplyOf<C>> {
    if (delayMs === 0 && lane.open === 1) return this.#port.submit(command);
    const handedOver = lane.tail
      .then(() => this.#hold(command.invocation, delayMs))
      .then(() => {
        if (lane.broken !== undefined) throw lane.broken;
        return { reply: this.#port.submit(command) };
      });
    lane.tail = handedOver.catch(() => undefined);
    const { reply } = await handedOver;
    return reply;
  }
}
