import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeEndpointMessage,
  decodeRuntimeMessage,
  decodeStoredEntry,
  encodeAwaitingOn,
  encodeCommand,
  encodeCommandAck,
  encodeEnd,
  encodeError,
  encodeNotification,
  encodeProposeRunCompletion,
  encodeRunAck,
  encodeStart,
  encodeSuspension,
  type Frame,
  FrameReader,
} from './index.ts';
import {
  anyAwaitSet,
  anyCommand,
  anyError,
  anyInput,
  anyNotification,
  anyProposal,
  anyStart,
} from './message-arbitraries.test.support.ts';

const manyRuns = { numRuns: 1000 };

function only(bytes: Uint8Array): Frame {
  const [frame, ...others] = new FrameReader().push(bytes);
  if (frame === undefined || others.length > 0) throw new Error('not one frame');
  return frame;
}

describe('what is encoded is decoded to the same', () => {
  test('commands of an endpoint, on the stream and in the journal', () => {
    fc.assert(
      fc.property(anyCommand, fc.boolean(), (command, ackRequested) => {
        const frame = only(encodeCommand(command, { ackRequested }));

        expect(frame.ackRequested).toBe(ackRequested);
        expect(frame.bytes).toEqual(encodeCommand(command));
        for (const version of [5, 6, 7] as const) {
          expect(decodeEndpointMessage(frame, version)).toEqual({ kind: 'command', command });
        }
        expect(decodeStoredEntry(frame)).toEqual(command);
      }),
      manyRuns,
    );
  });

  test('inputs, in the journal', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(decodeStoredEntry(only(encodeCommand(input)))).toEqual(input);
      }),
    );
  });

  test('notifications, on the stream and in the journal', () => {
    fc.assert(
      fc.property(anyNotification, (notification) => {
        const frame = only(encodeNotification(notification));

        expect(decodeRuntimeMessage(frame)).toEqual(notification);
        expect(decodeStoredEntry(frame)).toEqual(notification);
      }),
      manyRuns,
    );
  });

  test('starts; the idempotency key is V7 only', () => {
    fc.assert(
      fc.property(anyStart, (start) => {
        const { idempotencyKey, ...beforeV7 } = start;

        expect(decodeRuntimeMessage(only(encodeStart(start, 7)))).toEqual(start);
        expect(decodeRuntimeMessage(only(encodeStart(start, 6)))).toEqual(beforeV7);
        expect(decodeRuntimeMessage(only(encodeStart(start, 5)))).toEqual(beforeV7);
        expect(idempotencyKey).toBe(start.idempotencyKey);
      }),
    );
  });

  test('suspensions, in the layout of every version', () => {
    fc.assert(
      fc.property(anyAwaitSet, fc.constantFrom(5 as const, 6 as const, 7 as const), (set, version) => {
        const frame = only(encodeSuspension(set, version));

        expect(decodeEndpointMessage(frame, version)).toEqual({ kind: 'suspension', ...set });
      }),
    );
  });

  test('await hints', () => {
    fc.assert(
      fc.property(anyAwaitSet, fc.boolean(), (set, executingSideEffects) => {
        const frame = only(encodeAwaitingOn({ ...set, executingSideEffects }));

        expect(decodeEndpointMessage(frame, 7)).toEqual({ kind: 'awaitingOn', executingSideEffects, ...set });
      }),
    );
  });

  test('errors', () => {
    fc.assert(
      fc.property(anyError, (error) => {
        expect(decodeEndpointMessage(only(encodeError(error)), 6)).toEqual(error);
      }),
    );
  });

  test('run proposals', () => {
    fc.assert(
      fc.property(anyProposal, fc.boolean(), (proposal, ackRequested) => {
        const frame = only(encodeProposeRunCompletion(proposal, { ackRequested }));

        expect(frame.ackRequested).toBe(ackRequested);
        expect(decodeEndpointMessage(frame, 7)).toEqual(proposal);
      }),
    );
  });

  test('acks and ends', () => {
    for (const commandIndex of [0, 1, 0xffff_ffff]) {
      const ack = only(encodeCommandAck(commandIndex));
      expect(decodeRuntimeMessage(ack)).toEqual({ kind: 'commandAck', commandIndex });
    }
    expect(decodeRuntimeMessage(only(encodeRunAck(9)))).toEqual({ kind: 'proposeRunCompletionAck', completionId: 9 });
    expect(decodeEndpointMessage(only(encodeEnd()), 5)).toEqual({ kind: 'end' });
  });
});

test('payloads are views over the received bytes', () => {
  const value = new Uint8Array(1000).fill(7);
  const chunk = encodeCommand({ kind: 'output', name: '', result: { kind: 'success', value } });

  const decoded = decodeStoredEntry(only(chunk));

  if (decoded.kind !== 'output' || decoded.result.kind !== 'success') throw new Error('not the output');
  expect(decoded.result.value.buffer).toBe(chunk.buffer);
});

test('a frame of any size follows a frame of any other', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 1, 127, 128, 20_000, 100_000), { maxLength: 6 }), (sizes) => {
      for (const size of sizes) {
        const command = { kind: 'setState', name: 'n', key: Uint8Array.of(1), value: new Uint8Array(size) } as const;
        expect(decodeStoredEntry(only(encodeCommand(command)))).toEqual(command);
      }
    }),
    { numRuns: 30 },
  );
});

test('an encoder that fails half-way leaves nothing behind', () => {
  const broken = { kind: 'run', name: 'n', completionId: 1.5 } as const;
  const sound = { kind: 'run', name: 'n', completionId: 1 } as const;

  expect(() => encodeCommand(broken)).toThrow('invalid uint32: 1.5');

  expect(decodeStoredEntry(only(encodeCommand(sound)))).toEqual(sound);
});
