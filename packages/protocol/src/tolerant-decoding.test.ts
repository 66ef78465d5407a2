import { describe, expect, test } from 'vitest';
import { frameOf } from './frame-of.test.support.ts';
import { decodeEndpointMessage, type EndpointMessage, MessageType, type ProtocolVersion } from './index.ts';

describe('what is legal although it looks odd', () => {
  test.each<[string, number, string, ProtocolVersion, EndpointMessage]>([
    [
      'lists that are not packed',
      MessageType.Suspension,
      '0801 0802 1001 1a0161',
      6,
      { kind: 'suspension', completions: [1, 2], signals: [1], namedSignals: ['a'] },
    ],
    [
      'a list in several packed and unpacked parts',
      MessageType.Suspension,
      '0a0101 0802 0a0103',
      6,
      { kind: 'suspension', completions: [1, 2, 3], signals: [], namedSignals: [] },
    ],
    [
      'a tree, flattened to its leaves, each once',
      MessageType.Suspension,
      // all(1, race(2, signal 1), any(1, "a"))
      '2218 0a0101 2208 0a0102 120101 2801 2207 0801 1a0161 2803 2804',
      7,
      { kind: 'suspension', completions: [1, 2], signals: [1], namedSignals: ['a'] },
    ],
    [
      'a hint that names nothing',
      MessageType.AwaitingOn,
      '1001',
      7,
      { kind: 'awaitingOn', executingSideEffects: true, completions: [], signals: [], namedSignals: [] },
    ],
    [
      'unknown fields of every wire type',
      MessageType.RunCommand,
      'a00601 a1060000000000000000 a2060161 a306a80601a406 a50600000000 5801',
      6,
      { kind: 'command', command: { kind: 'run', name: '', completionId: 1 } },
    ],
    [
      'numbers in more bytes than they need',
      MessageType.RunCommand,
      '58818000',
      6,
      { kind: 'command', command: { kind: 'run', name: '', completionId: 1 } },
    ],
    [
      'fields in another order, the last one counts',
      MessageType.RunCommand,
      '620161 5801 620162',
      6,
      { kind: 'command', command: { kind: 'run', name: 'b', completionId: 1 } },
    ],
    [
      'an empty scope and limit key, which mean none',
      MessageType.CallCommand,
      '0a0153 120168 3a00 4200 5001 5802',
      7,
      {
        kind: 'command',
        command: {
          kind: 'call',
          name: '',
          service: 'S',
          handler: 'h',
          key: '',
          parameter: new Uint8Array(0),
          headers: [],
          completionId: 2,
          invocationIdCompletionId: 1,
        },
      },
    ],
    [
      'a behavior before V7',
      MessageType.Error,
      '4801',
      6,
      { kind: 'error', code: 0, message: '', stacktrace: '', behavior: 'pause' },
    ],
    ['an end with unknown fields', MessageType.End, '0801', 6, { kind: 'end' }],
  ])('%s', (_, type, hex, version, message) => {
    expect(decodeEndpointMessage(frameOf(type, hex), version)).toEqual(message);
  });
});
