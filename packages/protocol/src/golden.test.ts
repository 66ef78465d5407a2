import { describe, expect, test } from 'vitest';
import {
  type Command,
  decodeEndpointMessage,
  decodeRuntimeMessage,
  decodeStoredEntry,
  encodeCommand,
  encodeEnd,
  encodeError,
  encodeHex,
  encodeNotification,
  encodeProposeRunCompletion,
  encodeRunAck,
  encodeStart,
  encodeSuspension,
  type EndpointMessage,
  type ErrorMessage,
  type Frame,
  invocationIdToBytes,
  type Notification,
  parseInvocationId,
  type ProposeRunCompletion,
  type ProtocolVersion,
  type RuntimeMessage,
  splitFrames,
  type Start,
} from './index.ts';

const utf8 = new TextEncoder();

function frameFromHex(hex: string): Frame {
  const [frame] = splitFrames(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  if (frame === undefined) throw new Error('no frame');
  return frame;
}

const id = parseInvocationId('inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsuC');
if (id === undefined) throw new Error('the vector is no invocation id');

const start: Start = {
  kind: 'start',
  id: invocationIdToBytes(id),
  debugId: id,
  knownEntries: 1,
  state: [],
  partialState: false,
  key: '',
  retryCountSinceLastStoredEntry: 0,
  durationSinceLastStoredEntryMs: 0,
  randomSeed: 0n,
};

const proposal: ProposeRunCompletion = {
  kind: 'proposeRunCompletion',
  completionId: 1,
  result: { kind: 'success', value: utf8.encode('7') },
};

const mismatch: ErrorMessage = {
  kind: 'error',
  code: 570,
  message: 'mm',
  stacktrace: '',
  relatedCommandIndex: 2,
  relatedCommandType: 0x411,
  behavior: 'retry',
};

const waits = { completions: [1], signals: [1], namedSignals: [] };

describe('runtime messages have these bytes', () => {
  const vectors: readonly [string, string, Uint8Array, RuntimeMessage][] = [
    [
      'start',
      '00000000000000440a18ab172d9746a81de602c2b272f324db9685631c93073c42d51226696e765f316a4b545373754a76784678367570446d7866634335526a474c3574506b4c7375431801',
      encodeStart(start, 6),
      start,
    ],
    ['run ack', '00070000000000020801', encodeRunAck(1), { kind: 'proposeRunCompletionAck', completionId: 1 }],
  ];
  test.each(vectors)('%s', (_, hex, encoded, message) => {
    expect(encodeHex(encoded)).toBe(hex);
    expect(decodeRuntimeMessage(frameFromHex(hex))).toEqual(message);
  });
});

describe('commands have these bytes', () => {
  const vectors: readonly [string, Command][] = [
    ['040000000000000872060a0422686922', { kind: 'input', name: '', headers: [], value: utf8.encode('"hi"') }],
    ['040c0000000000090880b883a1f7325801', { kind: 'sleep', name: '', wakeUpAt: 1_750_000_000_000, completionId: 1 }],
    ['04110000000000055801620172', { kind: 'run', name: 'r', completionId: 1 }],
    [
      '040100000000000872060a04226f6b22',
      { kind: 'output', name: '', result: { kind: 'success', value: utf8.encode('"ok"') } },
    ],
  ];
  test.each(vectors)('%s', (hex, command) => {
    expect(encodeHex(encodeCommand(command))).toBe(hex);
    expect(decodeStoredEntry(frameFromHex(hex))).toEqual(command);
  });
});

describe('notifications have these bytes', () => {
  const vectors: readonly [string, Omit<Notification, 'kind'>][] = [
    ['800c00000000000408012200', { of: 'sleep', id: { kind: 'completion', id: 1 }, result: { kind: 'void' } }],
    [
      '801100000000000708012a030a0137',
      { of: 'run', id: { kind: 'completion', id: 1 }, result: { kind: 'success', value: utf8.encode('7') } },
    ],
    ['fbff00000000000410012200', { of: 'signal', id: { kind: 'signal', id: 1 }, result: { kind: 'void' } }],
    [
      'fbff00000000000910112a050a03227822',
      { of: 'signal', id: { kind: 'signal', id: 17 }, result: { kind: 'success', value: utf8.encode('"x"') } },
    ],
  ];
  test.each(vectors)('%s', (hex, fields) => {
    const notification: Notification = { kind: 'notification', ...fields };
    expect(encodeHex(encodeNotification(notification))).toBe(hex);
    expect(decodeStoredEntry(frameFromHex(hex))).toEqual(notification);
    expect(decodeRuntimeMessage(frameFromHex(hex))).toEqual(notification);
  });
});

describe('endpoint messages have these bytes', () => {
  const vectors: readonly [string, ProtocolVersion, string, Uint8Array, EndpointMessage][] = [
    [
      'flat suspension',
      5,
      '00010000000000060a0101120101',
      encodeSuspension(waits, 5),
      { kind: 'suspension', ...waits },
    ],
    [
      'flat suspension',
      6,
      '00010000000000060a0101120101',
      encodeSuspension(waits, 6),
      { kind: 'suspension', ...waits },
    ],
    [
      'tree suspension',
      7,
      '000100000000000a22080a01011201012801',
      encodeSuspension(waits, 7),
      { kind: 'suspension', ...waits },
    ],
    ['run proposal', 6, '00050000000000050801720137', encodeProposeRunCompletion(proposal), proposal],
    [
      'run proposal that asks for an ack',
      7,
      '00058000000000050801720137',
      encodeProposeRunCompletion(proposal, { ackRequested: true }),
      proposal,
    ],
    ['end', 6, '0003000000000000', encodeEnd(), { kind: 'end' }],
    ['journal mismatch', 6, '000200000000000c08ba0412026d6d2002309108', encodeError(mismatch), mismatch],
  ];
  test.each(vectors)('%s of V%i', (_, version, hex, encoded, message) => {
    expect(encodeHex(encoded)).toBe(hex);
    expect(decodeEndpointMessage(frameFromHex(hex), version)).toEqual(message);
  });

  test('the ack flag is reported and absent from the bytes to store', () => {
    const frame = frameFromHex('00058000000000050801720137');

    expect(frame.ackRequested).toBe(true);
    expect(encodeHex(frame.bytes)).toBe('00050000000000050801720137');
  });
});
