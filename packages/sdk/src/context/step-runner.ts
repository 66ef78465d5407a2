/**
 * Steps: gives each its name with meaning, issues it, and executes it when the machine says so.
 */
import { commandType, type ErrorMessage, type Result } from '@holdfast/protocol/wire';
import { SdkError } from '../error/sdk-error.ts';
import { findRetryAfterMs } from '../error/retryable-error.ts';
import type { Slot } from '../machine/slot.ts';
import { digestArguments, digestDefinition, stableKey } from '../meaning/meaning-digest.ts';
import { checkName, formatStepName } from '../meaning/step-name.ts';
import { runWithContext } from './ambient-context.ts';
import type { Step, StepOptions } from './context.ts';
import type { DurablePromise } from './durable-promise.ts';
import { describeThrown, findFailure } from './failure.ts';
import { decideRetry } from './retry-policy.ts';
import { type Serde, serdeOrJson } from './serde.ts';
import type { Session } from './session.ts';

export interface StepRequest {
  readonly name: string;
  readonly execute: (...args: readonly unknown[]) => unknown;
  readonly options: StepOptions<unknown> & { readonly args?: readonly unknown[] };
  /** Steps of the SDK itself may repeat their name without a warning. */
  readonly internal?: boolean;
}

export class StepRunner {
  readonly #session: Session;
  readonly #requests = new Map<Slot, StepRequest>();

  constructor(session: Session) {
    this.#session = session;
  }

  issue<T>(request: StepRequest): DurablePromise<T> {
    const session = this.#session;
    const named = session.checked(() => this.#nameOf(request));
    if (named === undefined) return session.nothing();
    const { key } = request.options;
    const slot = session.issue({ kind: 'run', name: named.value }, key === undefined ? {} : { claimKey: key });
    this.#requests.set(slot, request);
    const serde = serdeOrJson(request.options.serde) as Serde<T>; // run() ties the serde to the result
    return session.promise(slot.result, (result) =>
      serde.deserialize(result.kind === 'success' ? result.value : noBytes),
    );
  }

  /** Executes a step that the machine made ready. Never throws. */
  execute(slot: Slot): void {
    const request = this.#requests.get(slot);
    if (request === undefined) return;
    const { args = [] } = request.options;
    const begunAt = Date.now();
    // In a turn of its own chain, so that a closure that throws at once fails like one that rejects.
    void Promise.resolve()
      .then(() => runWithContext(undefined, () => request.execute(...args, this.#step(slot))))
      .then((value): Result => ({ kind: 'success', value: serdeOrJson(request.options.serde).serialize(value) }))
      .then(
        (result) => this.#propose(slot, result),
        (error: unknown) => this.#failed(slot, request, { error, begunAt }),
      );
  }

  #propose(slot: Slot, result: Result): void {
    this.#requests.delete(slot);
    this.#session.machine.propose(slot, result);
    this.#session.driver.touch();
  }

  #failed(slot: Slot, request: StepRequest, { error, begunAt }: { error: unknown; begunAt: number }): void {
    const failure = findFailure(error);
    if (failure !== undefined) return this.#propose(slot, failure);
    const { start, machine, driver } = this.#session;
    const earlier = slot.inheritsRetries ? start.retryCountSinceLastStoredEntry : 0;
    const earlierMs = slot.inheritsRetries ? start.durationSinceLastStoredEntryMs : 0;
    const decision = decideRetry(request.options, {
      failures: earlier + 1,
      elapsedMs: earlierMs + Date.now() - begunAt,
    });
    const thrown = describeThrown(error);
    if (decision.kind === 'exhausted') {
      return this.#propose(slot, {
        kind: 'failure',
        failure: { code: 500, message: thrown.message, metadata: [] },
      });
    }
    const nextRetryDelayMs = findRetryAfterMs(error) ?? (decision.kind === 'retry' ? decision.delayMs : undefined);
    const message: Omit<ErrorMessage, 'kind'> = {
      code: 500,
      ...thrown,
      relatedCommandIndex: slot.commandIndex,
      relatedCommandName: slot.intent.name,
      relatedCommandType: commandType('run'),
      ...(nextRetryDelayMs === undefined ? {} : { nextRetryDelayMs }),
      behavior: 'retry',
    };
    machine.fail(message);
    driver.touch();
  }

  #step(slot: Slot): Step {
    const session = this.#session;
    return {
      // Most steps never ask, and a keyed digest costs more than the rest of a small step.
      get idempotencyKey() {
        // A keyed step may be numbered otherwise if its command was lost; its key and meaning stay.
        const place = slot.claimKey === undefined ? String(slot.completionId) : '';
        return stableKey(session.seedBytes, [session.invocationId, slot.intent.name, place]);
      },
      get signal() {
        return session.driver.ended;
      },
    };
  }

  #nameOf({ name, options, internal = false }: StepRequest): string {
    checkName('step name', name);
    const { key, under, args } = options;
    const definition = under === undefined ? undefined : digestDefinition(under, name);
    const argsDigest = args === undefined ? undefined : digestArguments(args, this.#session.seedBytes, name);
    const meaning = {
      ...(definition === undefined ? {} : { definition }),
      ...(argsDigest === undefined ? {} : { args: argsDigest }),
    };
    if (key !== undefined) {
      checkName('step key', key);
      this.#refuseRepeatedKey(name, key);
      return formatStepName({ name, key, ...meaning });
    }
    if (definition !== undefined || argsDigest !== undefined) return formatStepName({ name, ...meaning });
    const occurrence = this.#session.useName('step', name);
    if (occurrence === 1) return formatStepName({ name });
    if (!internal) this.#objectToRepeatedName(name, occurrence);
    return formatStepName({ name, qualifier: String(occurrence) });
  }

  #refuseRepeatedKey(name: string, key: string): void {
    if (this.#session.useName('key', key) === 1) return;
    throw new SdkError('STEP_REPEATED', {
      message: `Invocation ${this.#session.invocationId} uses the key "${key}" a second time, for step "${name}".`,
      hint: 'A keyed step is found by its key: give each its own, such as the id of the tool call with the number of the model step.',
      details: { invocation: this.#session.invocationId, name, key },
    });
  }

  #objectToRepeatedName(name: string, occurrence: number): void {
    const { strict, invocationId, logger, machine } = this.#session;
    const message = `Invocation ${invocationId} runs step "${name}" a ${occurrence === 2 ? 'second' : `${occurrence}th`} time with nothing to tell them apart but their order.`;
    const hint = 'Give it a key, or pass what it works on as args: then a replay sees when two of them change places.';
    if (strict) {
      throw new SdkError('STEP_REPEATED', { message, hint, details: { invocation: invocationId, name, occurrence } });
    }
    if (occurrence === 2 && !machine.replaying) logger.warn(`${message} ${hint}`);
  }
}

const noBytes = new Uint8Array(0);
