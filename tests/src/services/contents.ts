import * as restate from '@restatedev/restate-sdk';

const text: restate.Serde<string> = {
  contentType: 'text/plain',
  serialize: (value) => new TextEncoder().encode(value),
  deserialize: (bytes) => new TextDecoder().decode(bytes),
};

/** Declares its input with a JSON Schema. */
const withSchema: restate.Serde<{ amount: number }> = {
  contentType: 'application/json',
  jsonSchema: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
  serialize: (value) => new TextEncoder().encode(JSON.stringify(value)),
  deserialize: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as { amount: number }, // not checked, on purpose
};

/** Handlers that declare what they take and give. */
export const contents = restate.service({
  name: 'Contents',
  handlers: {
    text: restate.handlers.handler({ input: text, output: text }, async (_ctx: restate.Context, input: string) =>
      input.toUpperCase(),
    ),

    anyImage: restate.handlers.handler(
      { accept: 'image/*', input: restate.serde.binary, output: restate.serde.binary },
      async (_ctx: restate.Context, input: Uint8Array) => input,
    ),

    anything: restate.handlers.handler(
      { accept: '*/*', input: restate.serde.binary },
      async (_ctx: restate.Context, input: Uint8Array) => input.length,
    ),

    schema: restate.handlers.handler(
      { input: withSchema },
      async (_ctx: restate.Context, input: { amount: number }) => input.amount,
    ),

    noInput: restate.handlers.handler(
      { input: restate.serde.empty },
      async (_ctx: restate.Context) => 'nothing came in',
    ),

    emptyText: restate.handlers.handler({ output: text }, async (_ctx: restate.Context) => ''),

    emptyTextWithType: restate.handlers.handler(
      { output: text, setOutputContentTypeIfEmpty: true },
      async (_ctx: restate.Context) => '',
    ),
  },
});

export const services = [contents];
