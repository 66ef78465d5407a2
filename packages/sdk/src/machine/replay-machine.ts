/**
 * The replay: decides, for everything that user code issues, whether it is in the journal already, and what the code hears when.
 *
 * Pure: no I/O, no clock, no async. The attempt around it feeds it what arrives, lets user code come to rest, and sends what it leaves.
 *
 * Four rules make a replay that cannot be fooled:
 * 1. A command is claimed from the journal, by position or (keyed steps) by key, and compared whole. The first that differs ends the attempt.
 * 2. Nothing new begins before every recorded command is claimed: what is issued early is *parked*. It cannot be needed by a recorded
 *    command, because that was issued when the parked one was not. So a replay that diverges has changed nothing.
 * 3. Notifications are delivered one at a time, in journal order, each only after the commands recorded before it were claimed.
 * 4. Whoever ends the attempt leaves exactly one terminal message, and nothing after it.
 */
import {
  defaultFrameBytesMax,
  encodeCommand,
  encodeEnd,
  encodeError,
  encodeProposeRunCompletion,
  encodeSuspension,
  type ErrorMessage,
  frameHeaderBytes,
  type Notification,
  type NotificationId,
  type NotificationResult,
  type ProtocolVersion,
  type Result,
  type Start,
} from '@holdfast/protocol/wire';
import { SdkError } from '../error/sdk-error.ts';
import { Cancellation, cancelSignal } from './cancellation.ts';
import { claimCommand } from './claim-command.ts';
import { ClaimTable } from './claim-table.ts';
import { compareCommand } from './compare-command.ts';
import { describeCommand } from './describe-command.ts';
import { encodeSdkError } from './encode-sdk-error.ts';
import type { Intent } from './intent.ts';
import { describeNotification, type Journal, type RecordedCommand } from './journal.ts';
import { Leaf, type LeafListener } from './leaf.ts';
import { LeafTable } from './leaf-table.ts';
import { divergedAt, type RelatedCommand, relatedTo, type ReplayIdentity, unclaimed } from './mismatch.ts';
import { NotificationQueue } from './notification-queue.ts';
import type { Slot } from './slot.ts';
import { startCommand } from './start-command.ts';
import { StateView } from './state-view.ts';

export type Ending = 'completed' | 'suspended' | 'failed' | 'aborted';

export interface MachineOptions {
  readonly start: Start;
  readonly version: ProtocolVersion;
  readonly journal: Journal;
  readonly deployment?: string;
}

export class ReplayMachine {
  readonly version: ProtocolVersion;
  readonly #who: ReplayIdentity;
  readonly #claims: ClaimTable;
  readonly #leaves = new LeafTable();
  readonly #queue: NotificationQueue;
  readonly #state: StateView;
  readonly #cancellation: Cancellation;
  readonly #recordedCompletions: ReadonlySet<number>;
  /** Commands that must not begin yet, in the order in which they were issued. */
  #parked: Slot[] = [];
  /** Recorded steps without a result: executed again, once the whole replay has been claimed. */
  #openSteps: Slot[] = [];
  #readySteps: Slot[] = [];
  readonly #executing = new Set<number>();
  /** Results that the runtime confirms by an ack only (V7). */
  readonly #proposed = new Map<number, Result>();
  #recordedLeft: number;
  #frames: Uint8Array[] = [];
  #nextCompletionId: number;
  #nextCommandIndex: number;
  #startedCommands = 0;
  #inputOpen = true;
  #ending: Ending | undefined;

  constructor(options: MachineOptions) {
    const { start, version, journal, deployment } = options;
    this.version = version;
    this.#who = { invocationId: start.debugId, ...(deployment === undefined ? {} : { deployment }) };
    this.#claims = new ClaimTable(journal.commands);
    this.#queue = new NotificationQueue(journal.notifications);
    this.#recordedLeft = journal.notifications.length;
    this.#state = new StateView(start);
    this.#recordedCompletions = new Set(
      journal.notifications.flatMap(({ notification: { id } }) => (id.kind === 'completion' ? [id.id] : [])),
    );
    this.#nextCompletionId = journal.nextCompletionId;
    this.#nextCommandIndex = journal.commands.length + 1;
    this.#cancellation = new Cancellation({
      leaves: this.#leaves,
      findArrived: (completionId) => this.#queue.findCompletion(completionId),
      issue: (intent) => void this.issue(intent),
    });
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** True while user code only repeats what earlier attempts did. */
  get replaying(): boolean {
    return this.#claims.unclaimedCount > 0 || this.#recordedLeft > 0;
  }

  /** User code does something. After the end of the attempt nothing happens, and nothing will be heard. */
  issue(intent: Intent, options: { readonly claimKey?: string } = {}): Slot {
    const slot: Slot = {
      intent,
      claimKey: options.claimKey,
      result: new Leaf(),
      invocationId: new Leaf(),
      completionId: 0,
      commandIndex: 0,
      inheritsRetries: false,
    };
    if (this.#ending !== undefined) return slot;
    if (intent.kind === 'call') this.#cancellation.track(slot);
    const recorded = this.#claims.find(slot.claimKey);
    if (recorded !== undefined) this.#claim(slot, recorded);
    else if (this.#claims.unclaimedCount > 0) this.#park(slot);
    else this.#start(slot);
    return slot;
  }

  /** What arrives under this signal, now or later. One leaf per signal, whoever asks. */
  signal(id: NotificationId): Leaf {
    return this.#leaves.of(id);
  }

  /** Waits; answers how to stop waiting. A settled leaf answers at once, before this returns. */
  listen(leaf: Leaf, listener: LeafListener): () => void {
    return this.#leaves.listen(leaf, listener);
  }

  /** What is to be sent, in order. */
  takeFrames(): readonly Uint8Array[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  /** Steps to execute now; each ends in `propose` or `failStep`. Their commands are among the frames taken before. */
  takeSteps(): readonly Slot[] {
    const steps = this.#ending === undefined ? this.#readySteps : [];
    this.#readySteps = [];
    return steps;
  }

  /** The outcome of a step; user code hears it when the runtime has made it durable. */
  propose(step: Slot, result: Result): void {
    if (this.#ending !== undefined) return;
    this.#executing.delete(step.completionId);
    const { completionId } = step;
    if (this.version === 7) this.#proposed.set(completionId, result);
    const proposal = { completionId, result: this.#sendable(result) };
    this.#send(encodeProposeRunCompletion(proposal, { ackRequested: this.version === 7 }), step.intent);
  }

  /** The result of the invocation. With entries left to claim, the code is not the one that recorded them. */
  complete(result: Result): void {
    if (this.#ending !== undefined) return;
    const left = this.#claims.firstUnclaimed;
    const intent: Intent = { kind: 'output', name: '', result: this.#sendable(result) };
    if (left !== undefined && (left.command.kind !== 'output' || this.#claims.unclaimedCount > 1)) {
      return this.stop(unclaimed(this.#who, left, { kind: 'ended' }), relatedTo(left, intent));
    }
    this.issue(intent);
    if (this.#ending === undefined) this.#end('completed', encodeEnd());
  }

  /** Ends the attempt with an error of user code; the runtime retries, unless the message says otherwise. */
  fail(message: Omit<ErrorMessage, 'kind'>): void {
    if (this.#ending === undefined) this.#end('failed', encodeError({ kind: 'error', ...message }));
  }

  /** Ends the attempt because of what the SDK objects to. */
  stop(error: SdkError, related?: RelatedCommand): void {
    if (this.#ending === undefined) this.#end('failed', encodeSdkError(error, this.version, related));
  }

  /** The stream broke, or whoever drives the attempt gave up: nothing more is said. */
  abort(): void {
    this.#ending ??= 'aborted';
  }

  receive(notification: Notification): void {
    if (this.#ending !== undefined) return;
    if (this.#cancellation.waitsFor(notification)) {
      this.#settle(notification.id, notification.result);
      this.#cancellation.proceed();
    } else {
      this.#queue.push(notification);
    }
  }

  /** V7: the proposed result of this step is durable. It stands where the notification will stand in the journal. */
  acknowledge(completionId: number): void {
    const result = this.#proposed.get(completionId);
    if (this.#ending !== undefined) return;
    if (result === undefined) {
      return this.stop(
        new SdkError('PROTOCOL_VIOLATION', {
          message: `The runtime acknowledged the result of step ${completionId}, which was not proposed in this attempt.`,
        }),
      );
    }
    this.#proposed.delete(completionId);
    this.#queue.push({ kind: 'notification', of: 'run', id: { kind: 'completion', id: completionId }, result });
  }

  /** The runtime will say nothing more in this attempt. */
  closeInput(): void {
    this.#inputOpen = false;
  }

  /**
   * Delivers until user code has something to do; call it only when user code is at rest. Answers whether it may have been woken.
   */
  deliver(): boolean {
    while (this.#canDeliver()) {
      const { notification } = this.#queue.first ?? {};
      this.#queue.removeFirst();
      if (this.#recordedLeft > 0) this.#recordedLeft -= 1;
      if (notification === undefined) return false;
      const { id, result } = notification;
      if (id.kind === 'signal' && id.id === cancelSignal) {
        this.#cancellation.begin();
        return true;
      }
      if (this.#settle(id, result)) return true;
    }
    return false;
  }

  /** Ends the attempt if all that is left to do is to wait, and nobody is there to answer. Call it only at rest. */
  suspendIfWaiting(): boolean {
    if (this.#inputOpen || this.#ending !== undefined || this.#isBusy() || this.#canDeliver()) return false;
    const awaited = [...this.#leaves.awaited(), ...this.#cancellation.missing()];
    const ids = awaited.flatMap(({ waitsFor }) => (waitsFor === undefined ? [] : [waitsFor]));
    if (ids.length === 0) return false;
    const set = {
      completions: ids.flatMap((id) => (id.kind === 'completion' ? [id.id] : [])),
      // A suspension that does not list the cancel signal is not woken by a cancellation.
      signals: [cancelSignal, ...ids.flatMap((id) => (id.kind === 'signal' ? [id.id] : []))],
      namedSignals: ids.flatMap((id) => (id.kind === 'namedSignal' ? [id.name] : [])),
    };
    this.#end('suspended', encodeSuspension(set, this.version));
    return true;
  }

  /**
   * At rest with entries left to claim, nothing to deliver, and code that waits for the journal or may not begin: only its other waiting can go on
   * from here. Code that waits for nothing of ours is busy elsewhere, and not stalled.
   */
  get stalled(): boolean {
    if (this.#ending !== undefined || this.#claims.unclaimedCount === 0 || this.#canDeliver()) return false;
    return this.#parked.length > 0 || this.#leaves.anyAwaited;
  }

  /** The code has been stalled for so long that it will not come to what is recorded. */
  giveUpStalled(): void {
    const left = this.#claims.firstUnclaimed;
    if (!this.stalled || left === undefined) return;
    const parked = this.#parked[0]?.intent;
    this.stop(unclaimed(this.#who, left, { kind: 'stalled', parked }), relatedTo(left, parked));
  }

  #isBusy(): boolean {
    return this.#executing.size > 0 || this.#readySteps.length > 0 || this.#claims.unclaimedCount > 0;
  }

  #canDeliver(): boolean {
    const { first } = this.#queue;
    if (first === undefined || this.#ending !== undefined || this.#cancellation.active) return false;
    if (first.commandsBefore > this.#claims.claimedPrefix) return false;
    const { id } = first.notification;
    // A cancellation is heard by whoever waits; until somebody does it stays where it is.
    return id.kind !== 'signal' || id.id !== cancelSignal || this.#leaves.anyAwaited;
  }

  #claim(slot: Slot, recorded: RecordedCommand): void {
    const differences = compareCommand(recorded.command, slot.intent);
    if (differences.length > 0) {
      return this.stop(divergedAt(this.#who, recorded, slot.intent, differences), relatedTo(recorded, slot.intent));
    }
    this.#claims.claim(recorded);
    claimCommand(slot, recorded, { leaves: this.#leaves, state: this.#state });
    if (slot.intent.kind === 'run' && !this.#recordedCompletions.has(slot.completionId)) this.#openSteps.push(slot);
    if (this.#claims.unclaimedCount > 0) return;
    for (const step of this.#openSteps) this.#makeReady(step);
    const parked = this.#parked;
    this.#parked = [];
    for (const one of parked) this.#start(one);
  }

  #park(slot: Slot): void {
    this.#parked.push(slot);
  }

  #start(slot: Slot): void {
    const { command, idsUsed } = startCommand(slot, {
      leaves: this.#leaves,
      state: this.#state,
      nextCompletionId: this.#nextCompletionId,
    });
    this.#nextCompletionId += idsUsed;
    slot.commandIndex = this.#nextCommandIndex;
    this.#nextCommandIndex += 1;
    this.#send(encodeCommand(command), slot.intent);
    if (command.kind === 'run') this.#makeReady(slot);
    this.#startedCommands += 1;
  }

  /** A message that the runtime would refuse fails here, where it is known what it is; there it would fail in every attempt. */
  #send(frame: Uint8Array, intent: Intent): void {
    if (this.#ending !== undefined) return;
    const bytes = frame.length - frameHeaderBytes;
    if (bytes <= defaultFrameBytesMax) {
      this.#frames.push(frame);
      return;
    }
    this.stop(
      new SdkError('PAYLOAD_TOO_LARGE', {
        message: `In invocation ${this.#who.invocationId}, ${describeCommand(intent)} has ${bytes} bytes; one message has at most ${defaultFrameBytesMax}.`,
        hint: 'Keep large values in an object store and pass references.',
        details: { invocation: this.#who.invocationId, bytes, bytesMax: defaultFrameBytesMax },
      }),
    );
  }

  #makeReady(step: Slot): void {
    step.inheritsRetries = this.#startedCommands === 0;
    this.#executing.add(step.completionId);
    this.#readySteps.push(step);
  }

  /** Answers whether somebody heard it. The first result of an id is the one. */
  #settle(id: NotificationId, result: NotificationResult): boolean {
    const heard = this.#leaves.settle(id, result);
    if (heard === undefined) {
      const { first } = this.#queue;
      this.stop(
        new SdkError('PROTOCOL_VIOLATION', {
          message: `The runtime completed ${id.kind === 'completion' ? `completion ${id.id}` : 'a signal'}, which no command of this invocation announced${first === undefined ? '' : `, before ${describeNotification(first.notification)}`}.`,
        }),
      );
    }
    return heard ?? false;
  }

  /** V5 knows no metadata of failures. */
  #sendable(result: Result): Result {
    if (this.version > 5 || result.kind === 'success') return result;
    return { kind: 'failure', failure: { ...result.failure, metadata: [] } };
  }

  #end(ending: Ending, frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#ending = ending;
  }
}
