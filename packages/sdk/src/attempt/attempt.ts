import {
  type Command,
  decodeRuntimeMessage,
  decodeStoredEntry,
  digest,
  type Frame,
  FrameReader,
  isCommandType,
  type Notification,
  ProtocolError,
  type ProtocolVersion,
  type Start,
} from '@holdfast/protocol/wire';
import { runWithContext } from '../context/ambient-context.ts';
import { describeThrown, findFailure } from '../context/failure.ts';
import { HandlerContext } from '../context/handler-context.ts';
import type { Logger } from '../context/session.ts';
import type { BoundHandler } from '../definition/bound-handler.ts';
import { readInput, writeOutput } from '../definition/payload.ts';
import { findRetryAfterMs } from '../error/retryable-error.ts';
import { SdkError } from '../error/sdk-error.ts';
import { encodeSdkError } from '../machine/encode-sdk-error.ts';
import { type Journal, readJournal } from '../machine/journal.ts';
import { ReplayMachine } from '../machine/replay-machine.ts';
import { AttemptDriver, type AttemptSink } from './attempt-driver.ts';

export interface AttemptOptions {
  readonly version: ProtocolVersion;
  readonly handler: BoundHandler;
  readonly input: AsyncIterable<Uint8Array>;
  readonly sink: AttemptSink;
  readonly attemptHeaders: ReadonlyMap<string, string>;
  readonly strict: boolean;
  readonly stallMs: number;
  readonly logger: Logger;
  /** Aborted when the process wants to stop: what only waits then suspends. */
  readonly shutdown: AbortSignal;
}

/** Runs one attempt from its first byte to its last; resolves when nothing more will be written. Never rejects. */
export async function runAttempt(options: AttemptOptions): Promise<void> {
  const attempt = new Attempt(options);
  const frames = new FrameReader();
  try {
    for await (const chunk of options.input) {
      for (const frame of frames.push(chunk)) attempt.accept(frame);
      if (frames.fault !== undefined) throw frames.fault;
    }
    frames.end();
    attempt.closeInput();
  } catch (error) {
    if (error instanceof ProtocolError) attempt.refuse(violation(error));
    else if (error instanceof SdkError) attempt.refuse(error);
    // Whatever else the stream fails with means that nobody is there any more.
    else attempt.abort();
  }
  await attempt.done;
}

class Attempt {
  readonly #options: AttemptOptions;
  readonly #replay: (Command | Notification)[] = [];
  #start: Start | undefined;
  #running: { readonly machine: ReplayMachine; readonly driver: AttemptDriver } | undefined;
  #isOver = false;
  readonly #done: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  accept(frame: Frame): void {
    if (this.#isOver) return;
    if (this.#start === undefined) this.#start = readStart(frame);
    else if (this.#running === undefined) this.#collect(frame, this.#start);
    else this.#receive(frame, this.#running);
  }

  closeInput(): void {
    if (this.#running === undefined) {
      return this.refuse(
        new SdkError('PROTOCOL_VIOLATION', {
          message: 'The runtime closed the stream before the replay was complete.',
        }),
      );
    }
    this.#running.machine.closeInput();
    this.#running.driver.touch();
  }

  refuse(error: SdkError): void {
    if (this.#running !== undefined) {
      this.#running.machine.stop(error);
      this.#running.driver.touch();
    } else if (!this.#isOver) {
      this.#options.sink.write(encodeSdkError(error, this.#options.version));
      this.#options.sink.end();
      this.#finish();
    }
  }

  abort(): void {
    if (this.#running !== undefined) this.#running.driver.abort();
    else if (!this.#isOver) {
      this.#options.sink.end();
      this.#finish();
    }
  }

  #collect(frame: Frame, start: Start): void {
    this.#replay.push(decodeStoredEntry(frame));
    if (this.#replay.length === start.knownEntries) this.#begin(start, readJournal(this.#replay));
  }

  #receive(frame: Frame, { machine, driver }: { machine: ReplayMachine; driver: AttemptDriver }): void {
    if (isCommandType(frame.type)) {
      throw new SdkError('PROTOCOL_VIOLATION', { message: 'The runtime sent a command behind the replay.' });
    }
    const message = decodeRuntimeMessage(frame);
    if (message.kind === 'notification') machine.receive(message);
    else if (message.kind === 'proposeRunCompletionAck') machine.acknowledge(message.completionId);
    else if (message.kind === 'start') {
      throw new SdkError('PROTOCOL_VIOLATION', { message: 'The runtime sent a second start.' });
    }
    driver.touch();
  }

  #begin(start: Start, journal: Journal): void {
    const { version, sink, stallMs, attemptHeaders, strict, logger, shutdown, handler } = this.#options;
    const deployment = attemptHeaders.get('x-holdfast-deployment');
    const machine = new ReplayMachine({ start, version, journal, ...(deployment === undefined ? {} : { deployment }) });
    const stopWaiting = (): void => {
      machine.closeInput();
      driver.touch();
    };
    const driver = new AttemptDriver({
      machine,
      sink,
      stallMs,
      executeStep: (step) => context.steps.execute(step),
      ended: () => {
        shutdown.removeEventListener('abort', stopWaiting);
        this.#finish();
      },
    });
    const { input } = journal;
    const seed = seedOf(start, version);
    const context = new HandlerContext({ start, machine, driver, seed, strict, logger, input, attemptHeaders });
    this.#running = { machine, driver };
    if (shutdown.aborted) stopWaiting();
    else shutdown.addEventListener('abort', stopWaiting, { once: true });
    void runHandler(handler, context, input.value).then(() => driver.touch());
  }

  #finish(): void {
    this.#isOver = true;
    this.#done.resolve();
  }
}

async function runHandler(handler: BoundHandler, context: HandlerContext, body: Uint8Array): Promise<void> {
  const { machine } = context.session;
  try {
    const input = await readInput(handler.options.input, body);
    const output = await runWithContext(context, () => handler.handle(context, input));
    machine.complete({ kind: 'success', value: await writeOutput(handler.options.output, output) });
  } catch (error) {
    const failure = findFailure(error);
    if (failure !== undefined) return machine.complete(failure);
    const nextRetryDelayMs = findRetryAfterMs(error);
    machine.fail({
      code: 500,
      ...describeThrown(error),
      ...(nextRetryDelayMs === undefined ? {} : { nextRetryDelayMs }),
      behavior: 'retry',
    });
  }
}

function readStart(frame: Frame): Start {
  const message = decodeRuntimeMessage(frame);
  if (message.kind === 'start') return message;
  throw new SdkError('PROTOCOL_VIOLATION', {
    message: `The attempt begins with a ${message.kind} instead of a start.`,
  });
}

/** V5 leaves it to the SDK: any value serves that is the same in every attempt. */
function seedOf(start: Start, version: ProtocolVersion): bigint {
  if (version > 5) return start.randomSeed;
  return new DataView(digest(start.id).buffer).getBigUint64(0);
}

function violation(error: ProtocolError): SdkError {
  return new SdkError('PROTOCOL_VIOLATION', {
    message: error.message,
    hint: error.hint,
    details: { ...error.details, code: error.code },
    cause: error,
  });
}
