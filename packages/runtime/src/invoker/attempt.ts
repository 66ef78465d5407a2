/**
 * One attempt: a stream to a deployment that drives one invocation (protocol sections 2.3, 6.2 and 12.2).
 *
 * It starts when the partition orders it, sends Start and the whole replay without waiting for the response, forwards what is
 * appended meanwhile, and hands everything the endpoint sends to the engine, in order. Three things end it: a terminal message,
 * a failure that it reports itself, or an order to stop. Whichever comes first settles it; what the stream does afterwards is
 * housekeeping that nobody hears of.
 *
 *   loading → streaming → draining → closed          (terminal message, failure, `reject`)
 *                       → refused  → draining → …    (the head is no protocol response; a little of its body is read)
 *   any → closed                                     (`abort`: the invocation is over or elsewhere)
 *
 * No sockets and no clock of its own: simulation runs this file.
 */
import { type DeploymentId, encodeCommandAck, invocationContentType, type InvocationId } from '@holdfast/protocol';
import type { Clock } from '../clock.ts';
import type { AttemptName } from '../engine/attempt-name.ts';
import type { AdvanceAttempt } from '../engine/command.ts';
import type { Notify, StartAttempt } from '../engine/effect.ts';
import type { Deployment, HandlerDefinition } from '../engine/registry.ts';
import type { PartitionPort } from '../partition/port.ts';
import type { PartitionStore } from '../store/store.ts';
import {
  type AttemptProblem,
  decideProblemOfFault,
  decideProblemOfStream,
  describeFailure,
} from './attempt-problem.ts';
import { buildAttemptRequest, type RequestSigner } from './attempt-request.ts';
import { DeadlineTimer } from './deadline-timer.ts';
import type { EndpointAnswer, EndpointPace } from './endpoint-pace.ts';
import type { FailedReach } from './endpoint-circuit.ts';
import { isRestart, reportEnd } from './end-report.ts';
import type { InboundBudget } from './inbound-budget.ts';
import { InboundMessages } from './inbound-messages.ts';
import type { InvokerLimits } from './invoker-limits.ts';
import { ReadWindow } from './read-window.ts';
import { RefusedBody } from './refused-body.ts';
import { OutboundFrames } from './outbound-frames.ts';
import { loadReplay } from './replay.ts';
import { decideHead } from './response-head.ts';
import type { AttemptStream, AttemptStreamListener, ResponseHead, StreamFailure, Transport } from './transport.ts';
import type { WarmStream } from './warm-streams.ts';

/** What all attempts of one invoker share. */
export interface AttemptSurroundings {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly partition: Pick<PartitionPort, 'submit'>;
  readonly store: Pick<PartitionStore, 'readJournal' | 'readState'>;
  readonly limits: InvokerLimits;
  readonly inbound: InboundBudget;
  /** In [0, 1). */
  readonly random: () => number;
  readonly signer?: RequestSigner;
  /** The endpoint began to answer. */
  readonly onReached: (attempt: Attempt) => void;
  /** It was not reached: the stream broke before the head of the response. Told before the attempt settles. */
  readonly onUnreached: (attempt: Attempt, reach: FailedReach) => void;
  /** The engine knows how it ended; its place is free. */
  readonly onSettled: (attempt: Attempt) => void;
  /** The stream is gone too. */
  readonly onClosed: (attempt: Attempt) => void;
}

// Whoever has less than this of a message is let through when all together have too much; it is not the cause.
const smallMessageBytes = 64 * 1024;

type Phase = 'loading' | 'streaming' | 'refused' | 'draining' | 'closed';

export class Attempt implements AttemptName, AttemptStreamListener {
  readonly invocation: InvocationId;
  readonly createdAt: number;
  readonly epoch: number;
  readonly #order: StartAttempt;
  readonly #deployment: Deployment;
  readonly #handler: HandlerDefinition;
  /** Opened while the order was not durable yet. */
  readonly #warm: WarmStream | undefined;
  readonly #around: AttemptSurroundings;
  readonly #inbound: InboundMessages;
  readonly #window: ReadWindow;
  readonly #outbound: OutboundFrames;
  readonly #refusedBody = new RefusedBody();
  readonly #timer: DeadlineTimer;
  #phase: Phase = 'loading';
  #settled = false;
  #aborted = false;
  #abandoned = false;
  #stream: AttemptStream | undefined;
  /** The request side: open until suspension is asked for or the attempt is over. */
  #requestOpen = true;
  #problem: AttemptProblem | undefined;
  /** Of the incomplete message, as counted in the budget of all streams. */
  #pendingBytes = 0;
  #phaseSince: number;
  #lastActivityAt: number;
  #lastReceivedAt: number;
  #lastSentAt: number;
  #openedAt = 0;
  #hasHead = false;
  /** Undefined until the endpoint has said anything. */
  #answer: EndpointAnswer | undefined;
  /** Nothing has come since the runtime sent something: it is the endpoint's turn. */
  #owesAnswer = true;

  constructor(
    order: StartAttempt,
    code: {
      readonly deployment: Deployment;
      readonly handler: HandlerDefinition;
      readonly warm?: WarmStream | undefined;
    },
    around: AttemptSurroundings,
  ) {
    this.invocation = order.invocation;
    this.createdAt = order.createdAt;
    this.epoch = order.epoch;
    this.#order = order;
    this.#deployment = code.deployment;
    this.#handler = code.handler;
    this.#warm = code.warm;
    this.#around = around;
    this.#inbound = new InboundMessages({
      version: order.pin.protocolVersion,
      messageBytesMax: around.limits.messageBytesMax,
    });
    this.#window = new ReadWindow(order.pin.deployment, around.limits.unacknowledgedBytesMax, around.inbound);
    this.#timer = new DeadlineTimer(
      around.clock,
      () => this.#deadline(),
      () => this.#onDeadline(),
    );
    this.#outbound = new OutboundFrames(order.journalLength);
    this.#phaseSince = around.clock.now();
    this.#lastActivityAt = this.#phaseSince;
    this.#lastReceivedAt = this.#phaseSince;
    this.#lastSentAt = this.#phaseSince;
  }

  get deployment(): DeploymentId {
    return this.#deployment.id;
  }

  /** Its connection stands; also while the endpoint has not said anything. */
  get connected(): boolean {
    return this.#stream?.connected ?? false;
  }

  start(): void {
    void this.#open();
  }

  /** Queues an entry that was appended after the replay's bound; `flush` writes what a release brought in one piece. */
  notify(notification: Notify): void {
    // Once the request is closed, the next replay carries it.
    if (this.#requestOpen) this.#outbound.addEntry(notification.index, notification.frame);
  }

  acknowledgeCommand(commandIndex: number): void {
    if (this.#requestOpen) this.#outbound.add(encodeCommandAck(commandIndex));
  }

  flush(): void {
    if (this.#stream === undefined) return;
    const bytes = this.#outbound.take();
    if (bytes === undefined) return;
    this.#noteSent();
    this.#inbound.forgetWaiting();
    this.#stream.write(bytes);
  }

  /** Half-closes the request, which is how an endpoint is asked to suspend. */
  requestSuspension(): void {
    if (!this.#requestOpen) return;
    if (this.#phase === 'loading') {
      this.#requestOpen = false;
      return;
    }
    this.flush();
    this.#halfClose();
    this.#lastReceivedAt = this.#around.clock.now();
    this.#timer.rearm();
  }

  /** The engine refused a message and recorded why. */
  reject(): void {
    this.#settle();
    this.#drain();
  }

  /** The invocation is over, or another attempt has taken its place. */
  abort(): void {
    this.#aborted = true;
    this.#settle();
    this.#stream?.reset();
    this.#close();
  }

  /**
   * How long the handler has only waited, ms; `undefined` while it computes, while something is on its way to the engine, or
   * when it was asked to suspend already. `Infinity` when the handler said itself that it waits.
   */
  waitedMs(now: number, pace: EndpointPace): number | undefined {
    if (this.#phase !== 'streaming' || !this.#requestOpen) return undefined;
    if (this.#window.unacknowledged > 0 || !this.#inbound.mayWait) return undefined;
    if (this.#inbound.saidWaiting) return Number.POSITIVE_INFINITY;
    if (this.#owesAnswer) return pace.silentMs(this.#deployment.id, this.#lastSentAt, now);
    return this.#inbound.saysWhenWaiting ? undefined : now - this.#lastActivityAt;
  }

  /** Tells what this stream shows of how far its endpoint has come. */
  tellPace(pace: EndpointPace): void {
    pace.note(this.#deployment.id, this.#answer);
  }

  /** True for a stream that stays open for notifications, and was asked to suspend. */
  get suspending(): boolean {
    return !this.#settled && !this.#requestOpen && this.#staysOpen;
  }

  onHead(head: ResponseHead): void {
    if (this.#phase !== 'streaming') return;
    const { clock } = this.#around;
    const contentType = invocationContentType(this.#order.pin.protocolVersion);
    const problem = decideHead(head, { contentType, now: clock.wall() });
    this.#tellReach(problem);
    if (problem === undefined) return;
    this.#problem = problem;
    this.#halfClose();
    this.#enter('refused');
  }

  onChunk(chunk: Uint8Array): void {
    if (this.#phase === 'refused') {
      if (this.#refusedBody.add(chunk)) this.#failRefused();
      return;
    }
    if (this.#phase !== 'streaming') return;
    const now = this.#around.clock.now();
    this.#lastActivityAt = now;
    this.#lastReceivedAt = now;
    this.#noteAnswer(now);
    const read = this.#inbound.read(chunk, this.#outbound.sentThrough);
    if (read.messages.length > 0) void this.#advance(read.messages, chunk.length);
    if (read.terminal) {
      this.#settle();
      this.#drain();
    } else if (read.fault !== undefined) {
      this.#fail(decideProblemOfFault(read.fault));
    } else this.#countPending();
  }

  onEnd(): void {
    if (this.#phase === 'refused') this.#failRefused();
    else if (this.#phase === 'streaming') this.#fail(this.#decideProblemOfEnd());
    this.#close();
  }

  onFailure(failure: StreamFailure): void {
    if (this.#phase === 'refused') this.#failRefused();
    else if (this.#phase === 'streaming') {
      if (!this.#hasHead) this.#around.onUnreached(this, { failure, openedAt: this.#openedAt });
      this.#fail(decideProblemOfStream(failure));
    }
    this.#close();
  }

  /** Large messages of too many streams at once: this one has to come again. */
  #countPending(): void {
    const { inbound } = this.#around;
    const { deployment } = this.#order.pin;
    inbound.add(deployment, this.#inbound.pendingBytes - this.#pendingBytes);
    this.#pendingBytes = this.#inbound.pendingBytes;
    if (!inbound.isExceededBy(deployment) || this.#pendingBytes <= smallMessageBytes) return;
    const message = `was cut off within a message, because too much of messages is arriving at once; its deployment may have ${this.#around.limits.bufferedBytesMax / 2} bytes of them.`;
    this.#fail({ code: 'RUNTIME_BUSY', protocolCode: 500, message, counts: false });
  }

  /** A gateway that answers in place of the endpoint says whether it could reach it. */
  #tellReach(problem: AttemptProblem | undefined): void {
    this.#hasHead = true;
    const { onReached, onUnreached } = this.#around;
    if (problem?.code !== 'ENDPOINT_UNREACHABLE') return onReached(this);
    onUnreached(this, { failure: { kind: 'unreachable', message: problem.message }, openedAt: this.#openedAt });
  }

  #noteSent(): void {
    this.#lastActivityAt = this.#around.clock.now();
    this.#lastSentAt = this.#lastActivityAt;
    this.#owesAnswer = true;
  }

  #noteAnswer(now: number): void {
    // What follows without the runtime's doing tells how long the handler computes, not how busy its endpoint is.
    this.#answer =
      this.#answer === undefined || this.#owesAnswer
        ? { sentAt: this.#lastSentAt, answeredAt: now, heardAt: now }
        : { ...this.#answer, heardAt: now };
    this.#owesAnswer = false;
  }

  async #open(): Promise<void> {
    let replay: readonly Uint8Array[];
    try {
      replay = await this.#loadReplay();
    } catch (error) {
      const message = `could not be given its replay: ${error instanceof Error ? error.message : String(error)}`;
      if (this.#phase === 'loading') {
        this.#fail({ code: 'REPLAY_UNREADABLE', protocolCode: 500, message, counts: false });
      }
      return;
    }
    if (this.#phase !== 'loading') return;
    this.#stream = this.#openStream();
    this.#noteSent();
    this.#openedAt = this.#lastActivityAt;
    this.#lastReceivedAt = this.#lastActivityAt;
    for (const bytes of replay) this.#stream.write(bytes);
    this.flush();
    if (!this.#staysOpen || !this.#requestOpen) this.#halfClose();
    this.#enter('streaming');
  }

  async #loadReplay(): Promise<readonly Uint8Array[]> {
    const { clock, limits, store } = this.#around;
    return loadReplay({
      order: this.#order,
      store,
      lazyState: this.#handler.lazyState,
      eagerStateBytesMax: limits.eagerStateBytesMax,
      now: clock.now(),
    });
  }

  #openStream(): AttemptStream {
    if (this.#warm?.isLost === false) return this.#warm.adopt(this);
    const { clock, signer, transport } = this.#around;
    const deployment = this.#deployment;
    return transport.open(buildAttemptRequest(this.#order, { deployment, now: clock.wall(), signer }), this);
  }

  /** Request-response endpoints get notifications with their next replay; so does one with an inactivity timeout of 0. */
  get #staysOpen(): boolean {
    return this.#deployment.protocolMode === 'bidi' && this.#handler.inactivityTimeoutMs > 0;
  }

  async #advance(messages: AdvanceAttempt['messages'], bytes: number): Promise<void> {
    const { partition, random } = this.#around;
    if (this.#window.take(bytes)) this.#stream?.pause();
    try {
      // Not one after the other: the partition keeps the order, and a batch that promises nothing may become durable late.
      await partition.submit({
        kind: 'advanceAttempt',
        invocation: this.invocation,
        createdAt: this.createdAt,
        epoch: this.epoch,
        messages,
        jitter: random(),
      });
      if (this.#window.give(bytes)) this.#stream?.resume();
    } catch (error) {
      this.#window.give(bytes);
      this.#abandon(error);
    }
  }

  /** The partition did not take a message. Nothing after the hole may reach it. */
  #abandon(error: unknown): void {
    if (this.#aborted || this.#abandoned) return;
    this.#abandoned = true;
    this.#settle();
    this.#stream?.reset();
    this.#close();
    if (isRestart(error)) return;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `was cut off because the runtime could not take its messages: ${reason}`;
    this.#report({ code: 'RUNTIME_BUSY', protocolCode: 500, message, counts: false });
  }

  #fail(problem: AttemptProblem): void {
    this.#report(problem);
    this.#settle();
    this.#drain();
  }

  #failRefused(): void {
    const problem = this.#problem;
    if (problem === undefined) return;
    const excerpt = this.#refusedBody.excerpt();
    this.#fail(excerpt === '' ? problem : { ...problem, message: `${problem.message} It said: "${excerpt}"` });
  }

  #report(problem: AttemptProblem): void {
    const { clock, partition, random } = this.#around;
    const failure = describeFailure(problem, {
      order: this.#order,
      address: this.#deployment.address.uri,
      jitter: random(),
    });
    reportEnd({ partition, clock, random, stillWanted: () => !this.#aborted }, failure);
  }

  #decideProblemOfEnd(): AttemptProblem {
    try {
      this.#inbound.end();
    } catch (fault) {
      return decideProblemOfFault(fault);
    }
    const message = 'ended its response without End, Suspension or Error; the process may have crashed.';
    return { code: 'STREAM_ENDED_EARLY', protocolCode: 500, message, counts: true };
  }

  /** Waits, not for ever, for the endpoint to end its side: the published SDKs do so once the request is closed. */
  #drain(): void {
    if (this.#phase === 'draining' || this.#phase === 'closed') return;
    if (this.#stream === undefined) return this.#close();
    this.#halfClose();
    this.#stream.resume();
    this.#enter('draining');
  }

  #halfClose(): void {
    this.#requestOpen = false;
    this.#outbound.clear();
    this.#stream?.halfClose();
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    // Not only when the stream has drained: until then it would stand in the way of those that may go on.
    this.#inbound.discard();
    this.#around.inbound.add(this.#order.pin.deployment, -this.#pendingBytes);
    this.#pendingBytes = 0;
    this.#around.onSettled(this);
  }

  #close(): void {
    if (this.#phase === 'closed') return;
    if (this.#stream === undefined) this.#warm?.reset();
    this.#enter('closed');
    this.#requestOpen = false;
    this.#outbound.clear();
    this.#around.onClosed(this);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#phaseSince = this.#around.clock.now();
    this.#timer.rearm();
  }

  #deadline(): number | undefined {
    const { limits } = this.#around;
    switch (this.#phase) {
      case 'loading':
      case 'closed':
        return undefined;
      case 'streaming':
        return this.#requestOpen
          ? this.#lastActivityAt + this.#handler.inactivityTimeoutMs
          : this.#lastReceivedAt + this.#handler.abortTimeoutMs;
      case 'refused':
        return this.#phaseSince + limits.refusedBodyMs;
      case 'draining':
        return this.#phaseSince + limits.drainMs;
    }
  }

  #onDeadline(): void {
    switch (this.#phase) {
      case 'refused':
        return this.#failRefused();
      case 'draining':
        this.#stream?.reset();
        return this.#close();
      default:
        if (this.#requestOpen) return this.requestSuspension();
        return this.#fail(this.#decideProblemOfSilence());
    }
  }

  #decideProblemOfSilence(): AttemptProblem {
    const message = `neither suspended nor ended within ${this.#handler.abortTimeoutMs} ms after it was asked to; the abort timeout of the handler says how long it may.`;
    return { code: 'ABORT_TIMEOUT', protocolCode: 500, message, counts: true };
  }
}
