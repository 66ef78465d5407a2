import { expect, test } from 'vitest';
import * as z from 'zod';
import { binarySerde } from '../context/serde.ts';
import { readInput, writeOutput } from './payload.ts';

const order = z.object({ sku: z.string(), count: z.int().default(1) });
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test('an input is what the schema makes of it', async () => {
  expect(await readInput(order, bytes({ sku: 'a' }))).toEqual({ sku: 'a', count: 1 });
});

test('an input that is not what the handler accepts is answered with 400 and says where', async () => {
  await expect(readInput(order, bytes({ sku: 1 }))).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining('The input is not what the handler accepts: sku: '),
  });
  await expect(readInput(undefined, new TextEncoder().encode('{'))).rejects.toMatchObject({
    code: 400,
    message: expect.stringContaining('The input cannot be decoded'),
  });
});

test('an output that breaks the promise of the handler is a failure', async () => {
  await expect(writeOutput(z.string(), 1)).rejects.toMatchObject({
    code: 500,
    message: expect.stringContaining('The handler returned what it does not promise'),
  });
});

test('bytes pass as they are, and nothing is no bytes', async () => {
  const raw = Uint8Array.of(1, 2);

  expect(await readInput(binarySerde, raw)).toEqual(raw);
  expect(await readInput(undefined, new Uint8Array(0))).toBeUndefined();
  expect(await writeOutput(undefined, undefined)).toEqual(new Uint8Array(0));
});
