/** Inputs and outputs at the edge of a handler: bytes, checked values, and what the manifest says about them. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type Serde, serdeOrJson } from '../context/serde.ts';
import { TerminalError } from '../error/terminal-error.ts';
import type { Payload } from './handler.ts';

type Side = 'input' | 'output';

/** The handler's own serde; undefined when it has none: then it speaks JSON. */
export function payloadSerde(handler: unknown, side: Side): Serde<unknown> | undefined {
  const payload = payloadOf(handler, side);
  return payload === undefined || isSchema(payload) ? undefined : payload;
}

/** What the handler declares for that side. Any value is looked at: a client may be given a name alone. */
export function payloadOf(handler: unknown, side: Side): Payload<unknown> | undefined {
  if (typeof handler !== 'object' || handler === null || !('options' in handler)) return undefined;
  const { options } = handler as { readonly options: Partial<Record<Side, Payload<unknown>>> }; // made by handler() or shared()
  return options[side];
}

export function isSchema(payload: Payload<unknown>): payload is StandardSchemaV1 {
  return '~standard' in payload;
}

/** Throws a TerminalError (400) for an input that is not what the handler accepts. */
export async function readInput(payload: Payload<unknown> | undefined, bytes: Uint8Array): Promise<unknown> {
  if (payload !== undefined && isSchema(payload)) {
    const outcome = await payload['~standard'].validate(decode(undefined, bytes));
    if (outcome.issues === undefined) return outcome.value;
    throw new TerminalError(`The input is not what the handler accepts: ${describeIssues(outcome.issues)}`, {
      errorCode: 400,
    });
  }
  return decode(payload, bytes);
}

/** Throws a TerminalError (500) for an output that breaks the handler's own promise. */
export async function writeOutput(payload: Payload<unknown> | undefined, value: unknown): Promise<Uint8Array> {
  if (payload === undefined || !isSchema(payload)) return serdeOrJson(payload).serialize(value);
  const outcome = await payload['~standard'].validate(value);
  if (outcome.issues === undefined) return serdeOrJson(undefined).serialize(outcome.value);
  throw new TerminalError(`The handler returned what it does not promise: ${describeIssues(outcome.issues)}`);
}

/** The JSON Schema that the schema library gives; undefined when it gives none. */
export function jsonSchemaOf(payload: Payload<unknown>, side: Side): unknown {
  const standard: unknown = Reflect.get(payload, '~standard');
  if (typeof standard !== 'object' || standard === null || !('jsonSchema' in standard)) return undefined;
  const { jsonSchema } = standard as { readonly jsonSchema: Record<Side, (options: { target: string }) => unknown> }; // Standard JSON Schema v1
  try {
    return jsonSchema[side]({ target: 'draft-2020-12' });
  } catch {
    // The specification lets a library throw for what JSON Schema cannot say; then there is nothing to publish.
    return undefined;
  }
}

function decode(serde: Serde<unknown> | undefined, bytes: Uint8Array): unknown {
  try {
    return serdeOrJson(serde).deserialize(bytes);
  } catch (error) {
    throw new TerminalError(`The input cannot be decoded: ${error instanceof Error ? error.message : String(error)}`, {
      errorCode: 400,
      cause: error,
    });
  }
}

function describeIssues(issues: readonly StandardSchemaV1.Issue[]): string {
  return issues
    .slice(0, 10)
    .map(({ path = [], message }) => {
      const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return at === '' ? message : `${at}: ${message}`;
    })
    .join('; ');
}
