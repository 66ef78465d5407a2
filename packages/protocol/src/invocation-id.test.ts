import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  childInvocationId,
  encodeHex,
  freshInvocationId,
  idempotentInvocationId,
  invocationIdFromBytes,
  invocationIdToBytes,
  parseInvocationId,
  partitionOf,
  partitionOfKey,
  workflowInvocationId,
} from './index.ts';

function bytesFromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

const anyEntropy = fc.uint8Array({ minLength: 24, maxLength: 24 });

describe('the text of an invocation id', () => {
  test.each([
    ['ab172d9746a81de602c2b272f324db9685631c93073c42d5', 'inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsuC'],
    ['a758c2280a6626336fdd5f92c6b92f2b4f15cab09af510a6', 'inv_14ogKJ6Tg5tt53mtyBj60DAogPXYN8wbqn'],
  ])('%s is written as %s', (hex, text) => {
    expect(invocationIdFromBytes(bytesFromHex(hex))).toBe(text);
    const id = parseInvocationId(text);
    expect(id === undefined ? '' : encodeHex(invocationIdToBytes(id))).toBe(hex);
  });

  test('bytes survive the way to text and back', () => {
    fc.assert(
      fc.property(anyEntropy, (bytes) => {
        expect(invocationIdToBytes(invocationIdFromBytes(bytes))).toEqual(bytes);
      }),
    );
  });

  test.each([
    ['another prefix', 'dep_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsuC'],
    ['another format version', 'inv_2jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsuC'],
    ['a digit less', 'inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsu'],
    ['a digit more', 'inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsuC0'],
    ['a foreign character', 'inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsu-'],
    ['a character outside ASCII', 'inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsué'],
    ['a partition key above 8 bytes', 'inv_1ZZZZZZZZZZZ6upDmxfcC5RjGL5tPkLsuC'],
    ['a uuid above 16 bytes', 'inv_1jKTSsuJvxFxZZZZZZZZZZZZZZZZZZZZZZ'],
    ['nothing', ''],
  ])('%s is no invocation id', (_, text) => {
    expect(parseInvocationId(text)).toBeUndefined();
  });
});

function uuidOf(id: Parameters<typeof invocationIdToBytes>[0]): string {
  return encodeHex(invocationIdToBytes(id).subarray(8));
}

function canonical(request: Record<string, string>): string {
  return JSON.stringify([request['service'], request['key'] ?? null, request['handler'], request['idempotencyKey']]);
}

describe('the parts of an invocation id', () => {
  test('a workflow run has the uuid that Restate gives it', () => {
    expect(uuidOf(workflowInvocationId({ name: 'W', key: 'wk' }))).toBe('d9838872fa47e0f1c6eee4cc6f1ab95f');
  });

  test('an idempotent request has the uuid that Restate gives it', () => {
    const id = idempotentInvocationId({ service: 'G', handler: 'slow', idempotencyKey: 'k1795420607092' });
    expect(uuidOf(id)).toBe('31212e6a520481429771768e3ad877f2');
  });

  test('commas inside parts never make two requests one', () => {
    const first = idempotentInvocationId({ service: 'S', key: 'a', handler: 'b', idempotencyKey: 'c,d' });
    const second = idempotentInvocationId({ service: 'S', key: 'a,b', handler: 'c', idempotencyKey: 'd' });
    const unkeyed = idempotentInvocationId({ service: 'S', handler: 'a', idempotencyKey: 'b,c,d' });

    expect(new Set([first, second, unkeyed]).size).toBe(3);
  });

  test('different idempotent requests have different ids', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', ',', ':', '1', '/'), maxLength: 6 });
    const request = fc.record(
      { service: part, key: part, handler: part, idempotencyKey: part },
      { requiredKeys: ['service', 'handler', 'idempotencyKey'] },
    );
    fc.assert(
      fc.property(request, request, (first, second) => {
        const same = canonical(first) === canonical(second);
        expect(idempotentInvocationId(first) === idempotentInvocationId(second)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  test('a repeated command names the same child, another command another', () => {
    const parent = { id: workflowInvocationId({ name: 'W', key: 'wk' }), createdAt: 1 };
    const target = { service: 'S', handler: 'h' };

    expect(childInvocationId(parent, 3, target)).toBe(childInvocationId(parent, 3, target));
    expect(childInvocationId(parent, 3, target)).not.toBe(childInvocationId(parent, 4, target));
    expect(childInvocationId(parent, 3, target)).not.toBe(childInvocationId({ ...parent, createdAt: 2 }, 3, target));
  });
});

describe('partitions', () => {
  test('everything of one key is owned by the partition of the key', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        anyEntropy,
        fc.integer({ min: 1, max: 4096 }),
        (service, key, entropy, partitions) => {
          const owner = partitionOfKey(service, key, partitions);
          const parent = { id: freshInvocationId({ entropy }), createdAt: 1 };
          const ids = [
            workflowInvocationId({ name: service, key }),
            idempotentInvocationId({ service, key, handler: 'h', idempotencyKey: 'i' }),
            freshInvocationId({ key: { service, key }, entropy }),
            childInvocationId(parent, 1, { service, key, handler: 'h' }),
          ];
          for (const id of ids) expect(partitionOf(id, partitions)).toBe(owner);
        },
      ),
    );
  });

  test('a partition number is always below the number of partitions', () => {
    fc.assert(
      fc.property(anyEntropy, fc.integer({ min: 1, max: 65_536 }), (entropy, partitions) => {
        const partition = partitionOf(freshInvocationId({ entropy }), partitions);
        expect(partition).toBeGreaterThanOrEqual(0);
        expect(partition).toBeLessThan(partitions);
      }),
    );
  });

  test('keys and unkeyed idempotent requests spread over all partitions', () => {
    const keyed = new Set<number>();
    const unkeyed = new Set<number>();
    for (let index = 0; index < 200; index += 1) {
      keyed.add(partitionOfKey('Cart', `user-${index}`, 8));
      unkeyed.add(partitionOf(idempotentInvocationId({ service: 'S', handler: 'h', idempotencyKey: `${index}` }), 8));
    }

    expect(keyed.size).toBe(8);
    expect(unkeyed.size).toBe(8);
  });
});
