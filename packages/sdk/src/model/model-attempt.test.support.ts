import {
  type Command,
  decodeEndpointMessage,
  encodeCommand,
  encodeNotification,
  encodeRunAck,
  encodeStart,
  type EndpointMessage,
  type Notification,
  type ProtocolVersion,
  splitFrames,
  type Start,
} from '@holdfast/protocol/wire';
import { runAttempt } from '../attempt/attempt.ts';
import type { BoundHandler } from '../definition/bound-handler.ts';
import { InputQueue } from './input-queue.test.support.ts';

export type Entry = Command | Notification;

export interface AttemptSetting {
  readonly version: ProtocolVersion;
  /** The runtime closes its side right after the replay. */
  readonly requestResponse: boolean;
  readonly handle: BoundHandler['handle'];
  readonly start: Omit<Start, 'kind' | 'knownEntries'>;
  readonly journal: readonly Entry[];
  readonly stallMs?: number;
  readonly strict?: boolean;
  readonly shutdown?: AbortSignal;
}

// A handler of the model may do nothing for some turns; and a replay delivers one recorded notification per turn.
const restTurns = 10;

/** One attempt of the real SDK, seen from the runtime's side. */
export class ModelAttempt {
  readonly received: EndpointMessage[] = [];
  readonly warnings: string[] = [];
  readonly #input = new InputQueue();
  readonly done: Promise<void>;
  readonly #restTurns: number;
  #writes = 0;

  constructor(setting: AttemptSetting) {
    const { version, journal, start } = setting;
    this.#restTurns = restTurns + journal.length;
    this.#input.push(encodeStart({ kind: 'start', ...start, knownEntries: journal.length }, version));
    for (const entry of journal) this.#input.push(encodeEntry(entry));
    if (setting.requestResponse) this.#input.close();
    this.done = runAttempt({
      version,
      handler: { service: 'Model', name: 'run', kind: 'run', options: {}, handle: setting.handle },
      input: this.#input,
      sink: {
        write: (bytes) => {
          this.#writes += 1;
          for (const frame of splitFrames(bytes)) this.received.push(decodeEndpointMessage(frame, version));
        },
        end: () => this.#input.close(),
      },
      attemptHeaders: new Map(),
      strict: setting.strict ?? false,
      stallMs: setting.stallMs ?? 1_000,
      logger: { warn: (text) => void this.warnings.push(String(text)), error: () => undefined },
      shutdown: setting.shutdown ?? new AbortController().signal,
    });
  }

  deliver(notification: Notification): void {
    this.#input.push(encodeNotification(notification));
  }

  acknowledge(completionId: number): void {
    this.#input.push(encodeRunAck(completionId));
  }

  closeInput(): void {
    this.#input.close();
  }

  /** Waits until the SDK has nothing more to say by itself. */
  async rest(): Promise<void> {
    for (let quiet = 0, seen = this.#writes; quiet < this.#restTurns; quiet += 1) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      if (seen === this.#writes) continue;
      seen = this.#writes;
      quiet = 0;
    }
  }
}

function encodeEntry(entry: Entry): Uint8Array {
  return entry.kind === 'notification' ? encodeNotification(entry) : encodeCommand(entry);
}
