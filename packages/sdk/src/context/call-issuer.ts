import type { Header, NotificationResult } from '@holdfast/protocol/wire';
import type { ObjectDefinition, ServiceDefinition, WorkflowDefinition } from '../definition/service-definition.ts';
import { payloadSerde } from '../definition/payload.ts';
import { formatStepName } from '../meaning/step-name.ts';
import type { Client, SendClient } from './client.ts';
import type { CallOptions, CallPromise, GenericCall, GenericSend, SendHandle, SendOptions } from './context.ts';
import { durationMs } from './duration.ts';
import { serdeOrJson } from './serde.ts';
import type { Session } from './session.ts';

type Named<D> = D | { readonly name: string };

/** Calls and sends to other handlers, by definition or by name. */
export class CallIssuer {
  readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  serviceClient<D extends ServiceDefinition>(definition: Named<D>): Client<D> {
    return this.#client(definition, undefined);
  }

  objectClient<D extends ObjectDefinition>(definition: Named<D>, key: string): Client<D> {
    return this.#client(definition, key);
  }

  workflowClient<D extends WorkflowDefinition>(definition: Named<D>, key: string): Client<D> {
    return this.#client(definition, key);
  }

  serviceSendClient<D extends ServiceDefinition>(definition: Named<D>): SendClient<D> {
    return this.#sendClient(definition, undefined);
  }

  objectSendClient<D extends ObjectDefinition>(definition: Named<D>, key: string): SendClient<D> {
    return this.#sendClient(definition, key);
  }

  workflowSendClient<D extends WorkflowDefinition>(definition: Named<D>, key: string): SendClient<D> {
    return this.#sendClient(definition, key);
  }

  genericCall<I = unknown, O = unknown>(call: GenericCall<I, O>): CallPromise<O> {
    const { session } = this;
    const slot = session.issue({
      kind: 'call',
      name: call.name === undefined ? '' : formatStepName({ name: call.name }),
      ...target(call),
      parameter: serdeOrJson(call.inputSerde).serialize(call.parameter),
    });
    const answer = session.promise(slot.result, (result) =>
      serdeOrJson(call.outputSerde).deserialize(result.kind === 'success' ? result.value : noBytes),
    );
    return Object.assign(answer, { invocationId: session.promise(slot.invocationId, readInvocationId) });
  }

  genericSend<I = unknown>(send: GenericSend<I>): SendHandle {
    const { session } = this;
    const delayMs = send.delay === undefined ? 0 : durationMs(send.delay);
    const slot = session.issue({
      kind: 'oneWayCall',
      name: sendName(send.name ?? '', delayMs),
      ...target(send),
      parameter: serdeOrJson(send.inputSerde).serialize(send.parameter),
      invokeAt: delayMs === 0 ? 0 : Date.now() + delayMs,
    });
    return { invocationId: session.promise(slot.invocationId, readInvocationId) };
  }

  #client<D>(definition: Named<object>, key: string | undefined): Client<D> {
    const client = methods((method, parameter, options: CallOptions | undefined) =>
      this.genericCall({ ...calleeOf(definition, key, method), parameter, ...options }),
    );
    return client as Client<D>; // every name is a method, with the types of the definition
  }

  #sendClient<D>(definition: Named<object>, key: string | undefined): SendClient<D> {
    const client = methods((method, parameter, options: SendOptions | undefined) =>
      this.genericSend({ ...calleeOf(definition, key, method), parameter, ...options }),
    );
    return client as SendClient<D>; // the same
  }
}

const noBytes = new Uint8Array(0);

function methods(call: (method: string, parameter: unknown, options: SendOptions | undefined) => unknown): object {
  return new Proxy(
    {},
    {
      get: (_, method) =>
        // A client that looked like a promise would be called when it is awaited.
        typeof method !== 'string' || method === 'then'
          ? undefined
          : (parameter: unknown, options?: SendOptions) => call(method, parameter, options),
    },
  );
}

/** The definition's own serdes where it is at hand, so that both sides agree. */
function calleeOf(
  definition: object,
  key: string | undefined,
  method: string,
): Pick<GenericCall<unknown, unknown>, 'service' | 'key' | 'method' | 'inputSerde' | 'outputSerde'> {
  const { name = '', handlers = {} } = definition as {
    readonly name?: string;
    readonly handlers?: Readonly<Record<string, unknown>>;
  }; // a definition, or a name alone
  const input = payloadSerde(handlers[method], 'input');
  const output = payloadSerde(handlers[method], 'output');
  return {
    service: name,
    method,
    ...(key === undefined ? {} : { key }),
    ...(input === undefined ? {} : { inputSerde: input }),
    ...(output === undefined ? {} : { outputSerde: output }),
  };
}

function target(callee: Pick<GenericCall<unknown, unknown>, 'service' | 'key' | 'method' | keyof CallOptions>): {
  readonly service: string;
  readonly handler: string;
  readonly key: string;
  readonly headers: readonly Header[];
  readonly idempotencyKey?: string;
} {
  const { service, method, key = '', headers = {}, idempotencyKey } = callee;
  return {
    service,
    handler: method,
    key,
    headers: Object.entries(headers).map(([name, value]) => ({ key: name, value })),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** When a send is to run stands in the journal as a time, which no replay can compare; its delay goes into the name. */
function sendName(name: string, delayMs: number): string {
  if (name === '' && delayMs === 0) return '';
  return formatStepName({ name, ...(delayMs === 0 ? {} : { qualifier: `${delayMs}ms` }) });
}

function readInvocationId(result: NotificationResult): string {
  return result.kind === 'invocationId' ? result.invocationId : '';
}
