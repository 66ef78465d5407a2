import { concatFrames } from '@holdfast/protocol/wire';
import type { ReplayMachine } from '../machine/replay-machine.ts';
import type { Slot } from '../machine/slot.ts';
import { nextTurn } from './next-turn.ts';

/** Where an attempt writes. Neither throws: a broken stream is told to the driver as `abort`. */
export interface AttemptSink {
  readonly write: (bytes: Uint8Array) => void;
  readonly end: () => void;
}

export interface AttemptDriverOptions {
  readonly machine: ReplayMachine;
  readonly sink: AttemptSink;
  readonly executeStep: (step: Slot) => void;
  /** How long user code may do nothing while recorded entries wait for it. */
  readonly stallMs: number;
  /** Called once, when the attempt is over, however it ended. */
  readonly ended: () => void;
}

/**
 * Turns the crank of an attempt. Whatever happens (user code does something, something arrives, a step ends) asks for a turn; a turn finds user code at
 * rest, sends what it left, and gives it the next thing to hear.
 */
export class AttemptDriver {
  readonly #options: AttemptDriverOptions;
  #hasEnded = false;
  #endSignal: AbortController | undefined;
  #turnAsked = false;
  #stallTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: AttemptDriverOptions) {
    this.#options = options;
  }

  /** Aborted when the attempt is over, however it ended. Made when somebody asks: most handlers never do. */
  get ended(): AbortSignal {
    this.#endSignal ??= new AbortController();
    if (this.#hasEnded) this.#endSignal.abort();
    return this.#endSignal.signal;
  }

  /** Something changed. */
  touch(): void {
    if (this.#turnAsked || this.#hasEnded) return;
    this.#turnAsked = true;
    nextTurn(() => {
      this.#turnAsked = false;
      this.#turn();
    });
  }

  /** The stream broke: user code is left where it is. */
  abort(): void {
    this.#options.machine.abort();
    this.#finish();
  }

  #turn(): void {
    if (this.#hasEnded) return;
    const { machine } = this.#options;
    this.#flush();
    this.#execute(machine.takeSteps());
    if (machine.ending === undefined && machine.deliver()) this.touch();
    else if (machine.ending === undefined) machine.suspendIfWaiting();
    if (machine.ending !== undefined) return this.#finish();
    this.#watchStall();
  }

  /**
   * Before a step runs, its command and all before it are on their way, because the process may die in it. HTTP/2 writes at the end of a turn; a step
   * that computes for long would hold that up, so that steps wait for the next.
   */
  #execute(steps: readonly Slot[]): void {
    if (steps.length === 0) return;
    nextTurn(() => {
      if (this.#hasEnded) return;
      for (const step of steps) this.#options.executeStep(step);
    });
  }

  #watchStall(): void {
    clearTimeout(this.#stallTimer);
    if (!this.#options.machine.stalled) return;
    // A process that was stopped or blocked finds its timers due before it reads what has arrived; one more turn lets that come first.
    this.#stallTimer = setTimeout(() => nextTurn(() => this.#giveUpStalled()), this.#options.stallMs);
  }

  #giveUpStalled(): void {
    if (this.#turnAsked || this.#hasEnded) return;
    this.#options.machine.giveUpStalled();
    this.#turn();
  }

  #flush(): void {
    const frames = this.#options.machine.takeFrames();
    if (frames.length > 0)
      this.#options.sink.write(frames.length === 1 ? (frames[0] ?? noBytes) : concatFrames(frames));
  }

  #finish(): void {
    if (this.#hasEnded) return;
    clearTimeout(this.#stallTimer);
    this.#flush();
    this.#hasEnded = true;
    this.#options.sink.end();
    this.#endSignal?.abort();
    this.#options.ended();
  }
}

const noBytes = new Uint8Array(0);
