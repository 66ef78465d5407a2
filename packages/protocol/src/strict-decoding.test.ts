import { describe, expect, test } from 'vitest';
import { frameOf, whole } from './frame-of.test.support.ts';
import {
  type Command,
  decodeEndpointMessage,
  decodeRuntimeMessage,
  decodeStoredEntry,
  encodeCommand,
  encodeEnd,
  encodeFrame,
  type Frame,
  MessageType,
  type ProtocolErrorCode,
  type ProtocolVersion,
} from './index.ts';

function fault(code: ProtocolErrorCode, message: string): unknown {
  return expect.objectContaining({ code, message });
}

describe('messages of another version', () => {
  test.each<[ProtocolVersion, string]>([
    [5, '2205 0a0101 2801'],
    [6, '0a0101 2205 0a0101 2801'],
    [7, '0a0101'],
    [7, '2205 0a0101 2801 1a0161'],
  ])('V%i refuses the suspension %s', (version, hex) => {
    expect(() => decodeEndpointMessage(frameOf(MessageType.Suspension, hex), version)).toThrow(
      fault(
        'VERSION_MISMATCH',
        `The suspension does not have the layout of protocol V${version}, which this attempt negotiated.`,
      ),
    );
  });

  test.each<ProtocolVersion>([5, 6])('V%i has no await hints', (version) => {
    expect(() => decodeEndpointMessage(frameOf(MessageType.AwaitingOn, ''), version)).toThrow(
      fault('VERSION_MISMATCH', `AwaitingOn does not exist in protocol V${version}, which this attempt negotiated.`),
    );
  });
});

describe('await trees', () => {
  function nested(depth: number): Frame {
    // From the leaf outwards: each level is a node whose only child is the level below.
    const parts: number[][] = [[0x0a, 0x01, 0x01]];
    let length = 3;
    for (let level = 1; level < depth; level += 1) {
      const head = [0x22, ...varint(length)];
      parts.push(head);
      length += head.length;
    }
    parts.push([0x22, ...varint(length)]);
    return whole(encodeFrame(MessageType.Suspension, Uint8Array.from(parts.toReversed().flat())));
  }

  function varint(value: number): number[] {
    return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
  }

  test('a thousand levels are read', () => {
    expect(decodeEndpointMessage(nested(1000), 7)).toEqual({
      kind: 'suspension',
      completions: [1],
      signals: [],
      namedSignals: [],
    });
  });

  test.each([1001, 200_000])('%i levels are refused', (depth) => {
    expect(() => decodeEndpointMessage(nested(depth), 7)).toThrow(
      fault('AWAIT_TREE_TOO_DEEP', 'The invocation awaits a combination that is nested deeper than 1000 levels.'),
    );
  });
});

describe('scopes and limit keys', () => {
  const call = {
    name: '',
    service: 'S',
    handler: 'h',
    key: '',
    parameter: new Uint8Array(0),
    headers: [],
    invocationIdCompletionId: 1,
  } as const;
  const attach = { kind: 'attachInvocation', name: '', completionId: 1 } as const;

  test.each<[string, Command]>([
    ['CallCommand', { kind: 'call', completionId: 2, ...call, scope: 's' }],
    ['CallCommand', { kind: 'call', completionId: 2, ...call, limitKey: 'l' }],
    ['OneWayCallCommand', { kind: 'oneWayCall', invokeAt: 0, ...call, scope: 's', limitKey: 'l' }],
    ['AttachInvocationCommand', { ...attach, target: { kind: 'workflow', name: 'W', key: 'k', scope: 's' } }],
    [
      'GetInvocationOutputCommand',
      {
        ...attach,
        kind: 'getInvocationOutput',
        target: { kind: 'idempotent', service: 'S', handler: 'h', idempotencyKey: 'i', scope: 's' },
      },
    ],
  ])('%s with one is understood and refused', (name, command) => {
    const frame = whole(encodeCommand(command));

    expect(decodeStoredEntry(frame)).toEqual(command);
    expect(() => decodeEndpointMessage(frame, 7)).toThrow(
      fault('FLOW_CONTROL_UNSUPPORTED', `${name} names a scope or a limit key, and flow control is not supported.`),
    );
  });
});

describe('messages from the wrong side', () => {
  const endpointOnly = [MessageType.Suspension, MessageType.Error, MessageType.End, MessageType.ProposeRunCompletion];
  const runtimeOnly = [
    MessageType.Start,
    MessageType.CommandAck,
    MessageType.ProposeRunCompletionAck,
    MessageType.InputCommand,
    ...Object.values(MessageType).filter((type) => type >= 0x8000),
  ];

  test.each(runtimeOnly)('an endpoint never sends %i', (type) => {
    expect(() => decodeEndpointMessage(frameOf(type, ''), 7)).toThrow(
      expect.objectContaining({
        code: 'UNEXPECTED_MESSAGE',
        message: expect.stringMatching(/an endpoint never sends it\.$/),
      }),
    );
  });

  test.each([...endpointOnly, MessageType.RunCommand])('the runtime never sends %i outside the replay', (type) => {
    expect(() => decodeRuntimeMessage(frameOf(type, ''))).toThrow(
      expect.objectContaining({
        code: 'UNEXPECTED_MESSAGE',
        message: expect.stringMatching(/the runtime never sends it outside the replay\.$/),
      }),
    );
  });

  test.each([...endpointOnly, MessageType.Start])('%i is no journal entry', (type) => {
    expect(() => decodeStoredEntry(frameOf(type, ''))).toThrow(
      expect.objectContaining({
        code: 'UNEXPECTED_MESSAGE',
        message: expect.stringMatching(/it is no journal entry\.$/),
      }),
    );
  });

  test('types that no message has are refused even past the frame reader', () => {
    const end = whole(encodeEnd());

    expect(() => decodeEndpointMessage({ ...end, type: 0x040f }, 7)).toThrow(
      fault('UNEXPECTED_MESSAGE', '0x040f is not a command.'),
    );
    expect(() => decodeStoredEntry({ ...end, type: 0x8001 })).toThrow(
      fault('UNEXPECTED_MESSAGE', '0x8001 is not a notification.'),
    );
  });
});
