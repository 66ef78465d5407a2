/**
 * The SDK side of one attempt: reads real frames, replays, sends real frames, suspends. It notices at once when the runtime shows it a
 * journal that is not what it recorded.
 */
import {
  decodeRuntimeMessage,
  decodeStoredEntry,
  encodeAwaitingOn,
  encodeCommand,
  encodeEnd,
  encodeProposeRunCompletion,
  encodeSuspension,
  FrameReader,
  isCommandType,
} from '@holdfast/protocol';
import type { AwaitSet, Command, Frame, Notification, Result, Start } from '@holdfast/protocol';
import type { AttemptSurroundings } from './attempt-surroundings.ts';
import { encodeStumble } from './encode-stumble.ts';
import { cancelOf } from './handler-calls.ts';
import { completion, encode, Stumbled, TerminalFailure } from './handler-context.ts';
import type { Block, HandlerContext, Handling, Results, Wait } from './handler-context.ts';
import { handle } from './handler.ts';
import { isSameCommand } from './is-same-command.ts';
import type { Program, Stumble } from './program.ts';
import { ReplayJournal } from './replay-journal.ts';
import { StateSnapshot } from './state-snapshot.ts';

const SIGNALS_FROM = 17;
const CANCEL = 1;
const NOTHING: Block = { until: 'all', waits: [] };

export class SimulatedAttempt implements HandlerContext {
  readonly service: string;
  readonly handler: string;
  readonly #around: AttemptSurroundings;
  readonly #reader = new FrameReader();
  readonly #frames: Frame[] = [];
  #start: Start | undefined;
  #journal: ReplayJournal | undefined;
  #state = new StateSnapshot([], false);
  #handling: Handling<string> | undefined;
  #blocked: Block = NOTHING;
  /** The invocation ids of calls that a cancellation goes on to, while they are not all known. */
  #cancelling: readonly Wait[] | undefined;
  readonly #calls: Wait[] = [];
  readonly #results = new Map<string, Notification['result']>();
  readonly #proposed = new Map<number, Result>();
  readonly #acksAsked = new Set<number>();
  #commands = 0;
  #consumed = 0;
  #lastCompletionId = 0;
  #lastSignal = SIGNALS_FROM - 1;
  #executing = 0;
  #inputClosed = false;
  #finished = false;

  constructor(target: { readonly service: string; readonly handler: string }, around: AttemptSurroundings) {
    this.service = target.service;
    this.handler = target.handler;
    this.#around = around;
  }

  get key(): string {
    return this.#start?.key ?? '';
  }

  get #invocation(): string {
    return this.#start?.debugId ?? '';
  }

  /** One execution: an id that was forgotten and accepted again gets another seed. */
  get #life(): string {
    return `${this.#invocation}/${this.#start?.randomSeed.toString(16)}`;
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
      this.violation('P4', `a command arrived behind the replay of ${this.#invocation}`);
      return;
    }
    const message = decodeRuntimeMessage(frame);
    if (message.kind === 'notification') this.#journal.push(message);
    else if (message.kind === 'proposeRunCompletionAck') this.#acknowledged(message.completionId);
    else if (message.kind === 'commandAck' && !this.#acksAsked.delete(message.commandIndex))
      this.violation('protocol', `${this.#invocation} was acknowledged command ${message.commandIndex} unasked`);
  }

  #collectReplay(): void {
    const [first, ...entries] = this.#frames;
    if (first === undefined) return;
    if (this.#start === undefined) {
      const start = decodeRuntimeMessage(first);
      if (start.kind !== 'start') throw new Error('The first message is not Start.');
      this.#start = start;
      this.#around.noteStart(start.randomSeed);
    }
    if (entries.length < this.#start.knownEntries) return;
    this.#around.noteReplay(
      this.#life,
      entries.map((entry) => entry.bytes),
    );
    const journal = new ReplayJournal(entries.map(decodeStoredEntry));
    this.#journal = journal;
    this.#state = new StateSnapshot(this.#start.state, !this.#start.partialState);
    const input = journal.takeCommand();
    this.#commands = 1;
    if (input?.kind !== 'input') {
      this.violation('P4', `the journal of ${this.#invocation} does not begin with its input`);
      return;
    }
    // Programs are put into inputs by this simulation only.
    const program = JSON.parse(new TextDecoder().decode(input.value)) as Program;
    this.#handling = handle(this, program);
    this.#resume([]);
  }

  #acknowledged(completionId: number): void {
    const result = this.#proposed.get(completionId);
    if (result === undefined) {
      this.violation('P1', `${this.#invocation} was acknowledged a step ${completionId} that it did not propose`);
      return;
    }
    this.#journal?.push({ kind: 'notification', of: 'run', id: { kind: 'completion', id: completionId }, result });
  }

  /** Consumes notifications one at a time while blocked, so that what user code sees does not depend on how they arrive. */
  #advance(): void {
    while (!this.#finished && this.#handling !== undefined && this.#blocked.waits.length > 0) {
      if (this.#goOn()) continue;
      const notification = this.#journal?.takeNotification();
      if (notification === undefined) {
        this.#maySuspend();
        return;
      }
      this.#consume(notification);
    }
  }

  /** Returns false while what is waited for is not there. */
  #goOn(): boolean {
    const { until, waits } = this.#cancelling === undefined ? this.#blocked : { until: 'all', waits: this.#cancelling };
    const results = waits.map((wait) => this.#results.get(waitKey(wait)));
    const open = results.filter((result) => result === undefined).length;
    if (until === 'all' ? open > 0 : open === results.length) return false;
    if (this.#cancelling === undefined) this.#resume(results);
    else this.#passOnCancel(results);
    return true;
  }

  #consume(notification: Notification): void {
    const { id, result } = notification;
    this.#around.noteConsumed(this.#life, this.#consumed++, `${waitKey(id)}=${JSON.stringify(result)}`);
    if (id.kind === 'signal' && id.id === CANCEL) {
      // One that comes while another goes on to the children tells nothing new.
      if (this.#cancelling === undefined) this.#beginCancel();
      return;
    }
    const key = waitKey(id);
    if (!this.#results.has(key)) this.#results.set(key, result);
    if (id.kind === 'completion' && notification.of === 'run')
      this.#around.confirm({ life: this.#life, completionId: id.id, result: JSON.stringify(result) });
  }

  #beginCancel(): void {
    this.#cancelling = this.#calls;
    if (this.#calls.length === 0) this.#passOnCancel([]);
  }

  #passOnCancel(ids: Results): void {
    this.#cancelling = undefined;
    for (const id of ids) if (id?.kind === 'invocationId') this.issue(cancelOf(id.invocationId));
    this.#step((handling) => handling.throw(new TerminalFailure({ code: 409, message: 'Cancelled', metadata: [] })));
  }

  #resume(results: Results): void {
    this.#step((handling) => handling.next(results));
  }

  #step(go: (handling: Handling<string>) => IteratorResult<Block, string>): void {
    if (this.#handling === undefined) return;
    this.#blocked = NOTHING;
    try {
      const next = go(this.#handling);
      if (!next.done) this.#blocked = next.value;
      else this.#end({ kind: 'success', value: encode(next.value) });
    } catch (error) {
      if (error instanceof TerminalFailure) this.#end({ kind: 'failure', failure: error.failure });
      else if (error instanceof Stumbled) this.#stumble(error.how);
      else throw error;
    }
    if (this.#around.hints && this.#blocked.waits.length > 0 && !this.#finished)
      this.#around.send(encodeAwaitingOn({ ...this.#awaited(), executingSideEffects: this.#executing > 0 }));
  }

  #end(result: Result): void {
    if (this.#finished) return;
    this.issue({ kind: 'output', name: '', result });
    this.#finish(encodeEnd());
  }

  #stumble(how: Stumble | 'giveUp'): void {
    if (this.#finished) return;
    if (how === 'silence') this.#finished = true;
    else if (how === 'crash') {
      this.#finished = true;
      this.#around.breakStream();
    } else if (how === 'suspendOnRun') {
      const awaiting = { completions: [this.#lastCompletionId], signals: [CANCEL], namedSignals: [] };
      this.#finish(encodeSuspension(awaiting, this.#around.version));
    } else this.#finish(encodeStumble(how));
  }

  #maySuspend(): void {
    if (!this.#inputClosed || this.#executing > 0 || this.#blocked.waits.length === 0) return;
    this.#finish(encodeSuspension(this.#awaited(), this.#around.version));
  }

  #awaited(): AwaitSet {
    const waits = this.#cancelling ?? this.#blocked.waits;
    const open = waits.filter((wait) => !this.#results.has(waitKey(wait)));
    return {
      completions: open.flatMap((wait) => (wait.kind === 'completion' ? [wait.id] : [])),
      signals: [...open.flatMap((wait) => (wait.kind === 'signal' ? [wait.id] : [])), CANCEL],
      namedSignals: open.flatMap((wait) => (wait.kind === 'namedSignal' ? [wait.name] : [])),
    };
  }

  #finish(last: Uint8Array): void {
    if (this.#finished) return;
    this.#around.send(last);
    this.#finished = true;
    this.#around.finish();
  }

  issue(command: Command): Command {
    if (this.#finished) return command;
    const index = this.#commands++;
    const recorded = this.#journal?.isReplaying ? this.#journal.takeCommand() : undefined;
    if (recorded === undefined) {
      const ackRequested = this.#around.asksForAck();
      if (ackRequested) this.#acksAsked.add(index);
      this.#around.send(encodeCommand(command, { ackRequested }));
      return command;
    }
    if (!isSameCommand(recorded, command)) {
      this.violation(
        'P4',
        `${this.#invocation} recorded ${recorded.kind} ${recorded.name} where it now issues ${command.kind} ${command.name}`,
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

  execute(step: { readonly completionId: number; readonly fails: boolean; readonly publishes?: Wait }): void {
    const { completionId } = step;
    if (this.#finished || this.#journal?.completed.has(completionId)) return;
    this.#executing += 1;
    this.#around.execute({ invocation: this.#invocation, life: this.#life, ...step }, (result) => {
      this.#executing -= 1;
      if (this.#finished) return;
      this.#proposed.set(completionId, result);
      const proposal = { kind: 'proposeRunCompletion', completionId, result } as const;
      this.#around.send(encodeProposeRunCompletion(proposal, { ackRequested: this.#around.version >= 7 }));
      this.#advance();
    });
  }

  noteCall(invocationIdCompletionId: number): void {
    this.#calls.push(completion(invocationIdCompletionId));
  }

  readState(name: string): { readonly value: Uint8Array | undefined } | undefined {
    return this.#state.read(name);
  }

  readStateNames(): readonly string[] | undefined {
    return this.#state.names();
  }

  writeState(name: string, value: Uint8Array | undefined): void {
    this.#state.write(name, value);
  }

  clearState(): void {
    this.#state.clear();
  }

  stumbles(name: string): boolean {
    return !this.#journal?.isReplaying && !this.#finished && this.#around.stumbles(name);
  }

  askForPromise(name: string): void {
    // Recorded already: then it was asked for, and whoever completes it finds that this waits.
    if (!this.#finished && !this.#journal?.isReplaying) this.#around.askForPromise(this.key, name);
  }

  now(): number {
    return this.#around.now();
  }

  violation(promise: string, message: string): void {
    this.#around.violation(promise, message);
  }
}

function waitKey(wait: Wait): string {
  return wait.kind === 'namedSignal' ? `named/${wait.name}` : `${wait.kind}/${wait.id}`;
}
