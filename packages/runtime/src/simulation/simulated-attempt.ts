/**
 * The SDK side of one attempt: reads real frames, replays, sends real frames, suspends. It notices at once when the runtime shows it a
 * journal that is not what it recorded.
 */
import {
  decodeRuntimeMessage,
  decodeStoredEntry,
  encodeCommand,
  encodeEnd,
  encodeError,
  encodeProposeRunCompletion,
  encodeSuspension,
  FrameReader,
  isCommandType,
} from '@holdfast/protocol';
import type { Command, Frame, Notification, NotificationResult, ProtocolVersion, Start } from '@holdfast/protocol';
import { encode, handle, RetryableFailure, TerminalFailure } from './handler.ts';
import type { Handler, HandlerContext, Wait } from './handler.ts';
import type { Program } from './program.ts';
import { ReplayJournal } from './replay-journal.ts';

/** The endpoint process and the world around an attempt. */
export interface AttemptSurroundings {
  readonly version: ProtocolVersion;
  now(): number;
  send(bytes: Uint8Array): void;
  /** No more will be sent. */
  finish(): void;
  /** Executes a step's closure; calls back with its value when it is done, unless the process died. */
  execute(
    step: {
      readonly invocation: string;
      readonly completionId: number;
      readonly name: string;
      readonly publish: number | undefined;
    },
    done: (value: Uint8Array) => void,
  ): void;
  /** The runtime has confirmed a step's result to this attempt. */
  confirm(step: { readonly invocation: string; readonly completionId: number; readonly value: Uint8Array }): void;
  stumbles(name: string): boolean;
  askForPromise(workflow: string, name: string): void;
  violation(promise: string, message: string): void;
}

const SIGNALS_FROM = 17;
const CANCEL = 1;

export class SimulatedAttempt implements HandlerContext {
  readonly #around: AttemptSurroundings;
  readonly #reader = new FrameReader();
  readonly #frames: Frame[] = [];
  #start: Start | undefined;
  #journal: ReplayJournal | undefined;
  #handler: Handler | undefined;
  #waiting: readonly Wait[] = [];
  readonly #results = new Map<string, NotificationResult>();
  readonly #proposed = new Map<number, Uint8Array>();
  readonly #sleeps = new Map<number, number>();
  readonly #state = new Map<string, Uint8Array>();
  #lastCompletionId = 0;
  #lastSignal = SIGNALS_FROM - 1;
  #executing = 0;
  #inputClosed = false;
  #finished = false;

  constructor(around: AttemptSurroundings) {
    this.#around = around;
  }

  get invocation(): string {
    return this.#start?.debugId ?? '';
  }

  receive(chunk: Uint8Array): void {
    if (this.#finished) return;
    for (const frame of this.#reader.push(chunk)) this.#receiveFrame(frame);
    this.#advance();
  }

  closeInput(): void {
    this.#inputClosed = true;
    this.#advance();
  }

  /** The process died or the runtime reset the stream. Closures that run go on, but nobody hears of them. */
  abandon(): void {
    this.#finished = true;
  }

  #receiveFrame(frame: Frame): void {
    if (this.#journal === undefined) {
      this.#frames.push(frame);
      this.#collectReplay();
      return;
    }
    if (isCommandType(frame.type)) {
      this.#around.violation('P4', `a command arrived behind the replay of ${this.invocation}`);
      return;
    }
    const message = decodeRuntimeMessage(frame);
    if (message.kind === 'notification') this.#journal.push(message);
    else if (message.kind === 'proposeRunCompletionAck') this.#acknowledged(message.completionId);
  }

  #collectReplay(): void {
    const [first, ...entries] = this.#frames;
    if (first === undefined) return;
    if (this.#start === undefined) {
      const start = decodeRuntimeMessage(first);
      if (start.kind !== 'start') throw new Error('The first message is not Start.');
      this.#start = start;
    }
    if (entries.length < this.#start.knownEntries) return;
    const decoded = entries.map(decodeStoredEntry);
    this.#journal = new ReplayJournal(decoded);
    for (const [key, value] of this.#start.state) this.#state.set(new TextDecoder().decode(key), value);
    const input = this.#journal.takeCommand();
    if (input?.kind !== 'input') {
      this.#around.violation('P4', `the journal of ${this.invocation} does not begin with its input`);
      return;
    }
    // Programs are put into inputs by this simulation only.
    const program = JSON.parse(new TextDecoder().decode(input.value)) as Program;
    this.#handler = handle(this, program);
    this.#resume([]);
  }

  #acknowledged(completionId: number): void {
    const value = this.#proposed.get(completionId);
    if (value === undefined) {
      this.#around.violation(
        'P1',
        `${this.invocation} was acknowledged a step ${completionId} that it did not propose`,
      );
      return;
    }
    this.#journal?.push({
      kind: 'notification',
      of: 'run',
      id: { kind: 'completion', id: completionId },
      result: { kind: 'success', value },
    });
  }

  /** Consumes notifications one at a time while blocked, so that what user code sees does not depend on how they arrive. */
  #advance(): void {
    while (!this.#finished && this.#handler !== undefined && this.#waiting.length > 0) {
      const results = this.#waiting.map((wait) => this.#results.get(waitKey(wait)));
      if (results.every((result) => result !== undefined)) {
        this.#resume(results);
        continue;
      }
      const notification = this.#journal?.takeNotification();
      if (notification === undefined) {
        this.#maySuspend();
        return;
      }
      this.#consume(notification);
    }
  }

  #consume(notification: Notification): void {
    const { id, result } = notification;
    if (id.kind === 'signal' && id.id === CANCEL) {
      this.#throwInto(new TerminalFailure({ code: 409, message: 'Cancelled', metadata: [] }));
      return;
    }
    if (id.kind === 'namedSignal') return;
    const key = waitKey(id);
    if (!this.#results.has(key)) this.#results.set(key, result);
    if (id.kind !== 'completion') return;
    if (notification.of === 'run' && result.kind === 'success') {
      this.#around.confirm({ invocation: this.invocation, completionId: id.id, value: result.value });
    }
    const wakeUpAt = this.#sleeps.get(id.id);
    if (notification.of === 'sleep' && wakeUpAt !== undefined && wakeUpAt > this.#around.now()) {
      this.#around.violation('timers', `a sleep of ${this.invocation} ended ${wakeUpAt - this.#around.now()} ms early`);
    }
  }

  #resume(results: readonly NotificationResult[]): void {
    this.#step((handler) => handler.next(results));
  }

  #throwInto(failure: TerminalFailure): void {
    this.#step((handler) => handler.throw(failure));
  }

  #step(go: (handler: Handler) => IteratorResult<readonly Wait[], string>): void {
    if (this.#handler === undefined) return;
    this.#waiting = [];
    try {
      const next = go(this.#handler);
      if (!next.done) this.#waiting = next.value;
      else this.#end({ kind: 'success', value: encode(next.value) });
    } catch (error) {
      if (error instanceof TerminalFailure) this.#end({ kind: 'failure', failure: error.failure });
      else if (error instanceof RetryableFailure) this.#fail(error.message);
      else throw error;
    }
  }

  #end(result: Extract<Command, { kind: 'output' }>['result']): void {
    if (this.#finished) return;
    this.issue({ kind: 'output', name: '', result });
    this.#finish(encodeEnd());
  }

  #fail(message: string): void {
    this.#finish(encodeError({ kind: 'error', code: 500, message, stacktrace: '', behavior: 'retry' }));
  }

  #maySuspend(): void {
    if (!this.#inputClosed || this.#executing > 0 || this.#waiting.length === 0) return;
    const open = this.#waiting.filter((wait) => !this.#results.has(waitKey(wait)));
    const completions = open.flatMap((wait) => (wait.kind === 'completion' ? [wait.id] : []));
    const signals = [...open.flatMap((wait) => (wait.kind === 'signal' ? [wait.id] : [])), CANCEL];
    this.#finish(encodeSuspension({ completions, signals, namedSignals: [] }, this.#around.version));
  }

  #finish(last: Uint8Array): void {
    if (this.#finished) return;
    this.#around.send(last);
    this.#finished = true;
    this.#around.finish();
  }

  issue(command: Command): Command {
    if (this.#finished) return command;
    const recorded = this.#journal?.isReplaying ? this.#journal.takeCommand() : undefined;
    if (recorded === undefined) {
      this.#around.send(encodeCommand(command));
      return command;
    }
    if (!matches(recorded, command)) {
      this.#around.violation(
        'P4',
        `${this.invocation} recorded ${recorded.kind} ${recorded.name} where it now issues ${command.kind} ${command.name}`,
      );
    }
    return recorded;
  }

  allocate(): number {
    return ++this.#lastCompletionId;
  }

  nextSignal(): number {
    return ++this.#lastSignal;
  }

  execute(completionId: number, name: string, publish?: number): void {
    if (this.#finished || this.#journal?.completed.has(completionId)) return;
    this.#executing += 1;
    this.#around.execute({ invocation: this.invocation, completionId, name, publish }, (value) => {
      this.#executing -= 1;
      if (this.#finished) return;
      this.#proposed.set(completionId, value);
      const proposal = { kind: 'proposeRunCompletion', completionId, result: { kind: 'success', value } } as const;
      this.#around.send(encodeProposeRunCompletion(proposal, { ackRequested: this.#around.version >= 7 }));
      this.#advance();
    });
  }

  readState(name: string): { readonly value: Uint8Array | undefined } | undefined {
    const value = this.#state.get(name);
    return value === undefined && this.#start?.partialState ? undefined : { value };
  }

  writeState(name: string, value: Uint8Array): void {
    this.#state.set(name, value);
  }

  stumbles(name: string): boolean {
    return !this.#journal?.isReplaying && this.#around.stumbles(name);
  }

  noteSleep(completionId: number, wakeUpAt: number): void {
    this.#sleeps.set(completionId, wakeUpAt);
  }

  askForPromise(name: string): void {
    if (this.#start !== undefined) this.#around.askForPromise(this.#start.key, name);
  }

  now(): number {
    return this.#around.now();
  }
}

function waitKey(wait: Wait): string {
  return `${wait.kind}/${wait.id}`;
}

/** Lazy and eager reads match each other; of the rest, kind, name and completion ids must be the same. */
function matches(recorded: Command, issued: Command): boolean {
  const isRead = (command: Command): boolean => command.kind === 'getLazyState' || command.kind === 'getEagerState';
  if (isRead(recorded) && isRead(issued)) return true;
  if (recorded.kind !== issued.kind || recorded.name !== issued.name) return false;
  return !('completionId' in recorded && 'completionId' in issued) || recorded.completionId === issued.completionId;
}
