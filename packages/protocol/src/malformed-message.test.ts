import { describe, expect, test } from 'vitest';
import { frameOf, whole } from './frame-of.test.support.ts';
import {
  type Command,
  decodeEndpointMessage,
  decodeRuntimeMessage,
  decodeStoredEntry,
  encodeCommand,
  encodeNotification,
  encodeStart,
  encodeSuspension,
  MessageType,
  type ProtocolErrorCode,
} from './index.ts';

function fault(code: ProtocolErrorCode, message: string): unknown {
  return expect.objectContaining({ code, message });
}

describe('messages of an endpoint that are malformed', () => {
  test.each<[string, number, string, string]>([
    [
      'a run without completion id',
      MessageType.RunCommand,
      '620172',
      'RunCommand is malformed: it has no completion id, or 0.',
    ],
    [
      'a run with completion id 0',
      MessageType.RunCommand,
      '5800',
      'RunCommand is malformed: it has no completion id, or 0.',
    ],
    ['an id that is text', MessageType.RunCommand, '5a0101', 'RunCommand is malformed: field 11 has wire type 2.'],
    [
      'a name that is a number',
      MessageType.RunCommand,
      '580160 01',
      'RunCommand is malformed: field 12 has wire type 0.',
    ],
    [
      'an id above 32 bits',
      MessageType.RunCommand,
      '58ffffffff1f',
      'RunCommand is malformed: a 32-bit number is out of range.',
    ],
    [
      'a negative id',
      MessageType.RunCommand,
      '58ffffffffffffffffff01',
      'RunCommand is malformed: a 32-bit number is out of range.',
    ],
    [
      'a name that is not UTF-8',
      MessageType.RunCommand,
      '58016202c328',
      'RunCommand is malformed: field 12 is not UTF-8 text.',
    ],
    [
      'a name with a surrogate',
      MessageType.RunCommand,
      '58016203eda080',
      'RunCommand is malformed: field 12 is not UTF-8 text.',
    ],
    [
      'a name beyond the message',
      MessageType.RunCommand,
      '5801620572',
      'RunCommand is malformed: field 12 reaches beyond its message.',
    ],
    ['field number 0', MessageType.RunCommand, '0001', 'RunCommand is malformed: 0x0 is no field.'],
    ['wire type 6', MessageType.RunCommand, '5e', 'RunCommand is malformed: 0x5e is no field.'],
    [
      'the end of a group that has no begin',
      MessageType.RunCommand,
      '5c',
      'RunCommand is malformed: 0x5c is no field.',
    ],
    [
      'an unknown number without end',
      MessageType.RunCommand,
      '5801f80680808080808080808080808001',
      'RunCommand is malformed: field 111 is a number of more than 10 bytes.',
    ],
    ['an output without result', MessageType.OutputCommand, '', 'OutputCommand is malformed: it has no result.'],
    [
      'an output with two results',
      MessageType.OutputCommand,
      '72007a00',
      'OutputCommand is malformed: it has more than one result.',
    ],
    [
      'an output with the same result twice',
      MessageType.OutputCommand,
      '72007200',
      'OutputCommand is malformed: it has more than one result.',
    ],
    [
      'a value that ends behind its parent',
      MessageType.OutputCommand,
      '72020a05',
      'OutputCommand is malformed: field 1 reaches beyond its message.',
    ],
    [
      'a value whose content leaks into the next field',
      MessageType.OutputCommand,
      '72020a036201',
      'OutputCommand is malformed: field 1 reaches beyond its message.',
    ],
    [
      'a state write without value',
      MessageType.SetStateCommand,
      '0a016b',
      'SetStateCommand is malformed: it has no value.',
    ],
    [
      'a value in the wrong field of a state write',
      MessageType.SetStateCommand,
      '0a016b72020a00',
      'SetStateCommand is malformed: it has no value.',
    ],
    [
      'an eager read without result',
      MessageType.GetEagerStateCommand,
      '0a016b',
      'GetEagerStateCommand is malformed: it has no result.',
    ],
    [
      'an eager read with both results',
      MessageType.GetEagerStateCommand,
      '6a007200',
      'GetEagerStateCommand is malformed: it has more than one result.',
    ],
    [
      'eager keys without keys',
      MessageType.GetEagerStateKeysCommand,
      '',
      'GetEagerStateKeysCommand is malformed: it has no state keys.',
    ],
    [
      'a promise completion without result',
      MessageType.CompletePromiseCommand,
      '5801',
      'CompletePromiseCommand is malformed: it has no result.',
    ],
    [
      'a wake-up time that JavaScript cannot count',
      MessageType.SleepCommand,
      '0880808080808080105801',
      'SleepCommand is malformed: field 1 is above 2^53 - 1.',
    ],
    [
      'a call without service',
      MessageType.CallCommand,
      '120168500158 02',
      'CallCommand is malformed: it has no service.',
    ],
    [
      'a call without handler',
      MessageType.CallCommand,
      '0a0153 50015802',
      'CallCommand is malformed: it has no handler.',
    ],
    [
      'a call without invocation-id completion id',
      MessageType.CallCommand,
      '0a0153 120168 5802',
      'CallCommand is malformed: it has no invocation-id completion id, or 0.',
    ],
    [
      'a call whose completion ids are one',
      MessageType.CallCommand,
      '0a0153 120168 5002 5802',
      'CallCommand is malformed: its two completion ids are both 2.',
    ],
    [
      'a call with an empty idempotency key',
      MessageType.CallCommand,
      '0a0153 120168 3200 5001 5802',
      'CallCommand is malformed: its idempotency key is empty.',
    ],
    [
      'a send with an empty idempotency key',
      MessageType.OneWayCallCommand,
      '0a0153 120168 3a00 5001',
      'OneWayCallCommand is malformed: its idempotency key is empty.',
    ],
    [
      'signal id 0',
      MessageType.SendSignalCommand,
      '0a0169 1000 2200',
      'SendSignalCommand is malformed: it has no signal id, or 0.',
    ],
    [
      'a signal without id',
      MessageType.SendSignalCommand,
      '0a0169 2200',
      'SendSignalCommand is malformed: it has no signal.',
    ],
    [
      'a signal with two ids',
      MessageType.SendSignalCommand,
      '0a0169 1001 1a0161 2200',
      'SendSignalCommand is malformed: it has more than one signal.',
    ],
    [
      'a signal without result',
      MessageType.SendSignalCommand,
      '0a0169 1001',
      'SendSignalCommand is malformed: it has no result.',
    ],
    [
      'a signal without target',
      MessageType.SendSignalCommand,
      '1001 2200',
      'SendSignalCommand is malformed: it has no target invocation.',
    ],
    [
      'an attach without target',
      MessageType.AttachInvocationCommand,
      '5801',
      'AttachInvocationCommand is malformed: it has no target.',
    ],
    [
      'an attach with two targets',
      MessageType.AttachInvocationCommand,
      '0a0169 2203 0a0157 5801',
      'AttachInvocationCommand is malformed: it has more than one target.',
    ],
    [
      'an attach to no idempotency key',
      MessageType.AttachInvocationCommand,
      '1a06 0a0153 1a0168 5801',
      'AttachInvocationCommand is malformed: it has no idempotency key.',
    ],
    [
      'an attach to no workflow',
      MessageType.GetInvocationOutputCommand,
      '2200 5801',
      'GetInvocationOutputCommand is malformed: it has no workflow name.',
    ],
    [
      'an awakeable without id',
      MessageType.CompleteAwakeableCommand,
      '1200',
      'CompleteAwakeableCommand is malformed: it has no awakeable id.',
    ],
    [
      'a proposal without id',
      MessageType.ProposeRunCompletion,
      '7200',
      'ProposeRunCompletion is malformed: it has no completion id, or 0.',
    ],
    [
      'a proposal without result',
      MessageType.ProposeRunCompletion,
      '0801',
      'ProposeRunCompletion is malformed: it has no result.',
    ],
    ['an error with an unknown behavior', MessageType.Error, '4803', 'Error is malformed: its behavior is 3.'],
    [
      'an error with a delay that JavaScript cannot count',
      MessageType.Error,
      '40ffffffffffffffffff01',
      'Error is malformed: field 8 is above 2^53 - 1.',
    ],
    [
      'a suspension that waits for nothing',
      MessageType.Suspension,
      '',
      'Suspension is malformed: it waits for nothing.',
    ],
    [
      'a suspension with empty lists',
      MessageType.Suspension,
      '0a001200',
      'Suspension is malformed: it waits for nothing.',
    ],
    [
      'a suspension on completion id 0',
      MessageType.Suspension,
      '0a0100',
      'Suspension is malformed: it waits for completion id 0.',
    ],
    [
      'a suspension on signal id 0',
      MessageType.Suspension,
      '1000',
      'Suspension is malformed: it waits for signal id 0.',
    ],
    [
      'a packed list that ends inside a number',
      MessageType.Suspension,
      '0a0180',
      'Suspension is malformed: it ends inside a field, or a field is unreadable.',
    ],
  ])('%s', (_, type, hex, message) => {
    expect(() => decodeEndpointMessage(frameOf(type, hex), 6)).toThrow(fault('MALFORMED_MESSAGE', message));
  });

  test('a tree that waits for nothing', () => {
    expect(() => decodeEndpointMessage(frameOf(MessageType.Suspension, '22022801'), 7)).toThrow(
      fault('MALFORMED_MESSAGE', 'Suspension is malformed: it waits for nothing.'),
    );
  });

  test('more headers than any request has', () => {
    const headers = Array.from({ length: 10_001 }, () => ({ key: 'a', value: 'b' }));
    const call: Command = {
      kind: 'call',
      name: '',
      service: 'S',
      handler: 'h',
      key: '',
      parameter: new Uint8Array(0),
      headers,
      completionId: 2,
      invocationIdCompletionId: 1,
    };

    expect(() => decodeEndpointMessage(whole(encodeCommand(call)), 6)).toThrow(
      fault('MALFORMED_MESSAGE', 'CallCommand is malformed: it has more than 10000 headers.'),
    );
    expect(() => decodeEndpointMessage(whole(encodeCommand({ ...call, headers: headers.slice(1) })), 6)).not.toThrow();
  });

  test('more metadata than any failure has', () => {
    const metadata = Array.from({ length: 10_001 }, () => ['a', 'b'] as const);
    const failure = { code: 500, message: '', metadata };
    const output: Command = { kind: 'output', name: '', result: { kind: 'failure', failure } };

    expect(() => decodeEndpointMessage(whole(encodeCommand(output)), 6)).toThrow(
      fault('MALFORMED_MESSAGE', 'OutputCommand is malformed: a failure has more than 10000 metadata entries.'),
    );
  });

  test('a suspension on more than any handler waits for', () => {
    const completions = Array.from({ length: 100_001 }, (_, index) => index + 1);
    const names = completions.map(String);

    expect(() =>
      decodeEndpointMessage(whole(encodeSuspension({ completions, signals: [], namedSignals: [] }, 6)), 6),
    ).toThrow(fault('MALFORMED_MESSAGE', 'Suspension is malformed: field 1 has more than 100000 elements.'));
    expect(() =>
      decodeEndpointMessage(whole(encodeSuspension({ completions: [], signals: [], namedSignals: names }, 7)), 7),
    ).toThrow(fault('MALFORMED_MESSAGE', 'Suspension is malformed: it waits for more than 100000 signals.'));
  });
});

describe('messages of the runtime that are malformed', () => {
  test.each<[string, number, string, string]>([
    ['a start without id', MessageType.Start, '1801', 'Start is malformed: it has no invocation id.'],
    [
      'a start without entries',
      MessageType.Start,
      '0a0101',
      'Start is malformed: it announces no entries, not even the input.',
    ],
    [
      'a notification without id',
      MessageType.SleepNotification,
      '2200',
      'SleepNotification is malformed: it has no id.',
    ],
    [
      'a notification without result',
      MessageType.SleepNotification,
      '0801',
      'SleepNotification is malformed: it has no result.',
    ],
    [
      'a notification with two ids',
      MessageType.SleepNotification,
      '0801 1001 2200',
      'SleepNotification is malformed: it has more than one id.',
    ],
    [
      'a notification with two results',
      MessageType.SleepNotification,
      '0801 2200 2a00',
      'SleepNotification is malformed: it has more than one result.',
    ],
    [
      'completion id 0',
      MessageType.SleepNotification,
      '0800 2200',
      'SleepNotification is malformed: it has no completion id, or 0.',
    ],
    [
      'a completion by signal',
      MessageType.SleepNotification,
      '1001 2200',
      'SleepNotification is malformed: it has a signal id.',
    ],
    [
      'a signal by completion',
      MessageType.SignalNotification,
      '0801 2200',
      'SignalNotification is malformed: it has a completion id.',
    ],
    [
      'a sleep that has a value',
      MessageType.SleepNotification,
      '0801 2a00',
      'SleepNotification is malformed: it has a success result.',
    ],
    [
      'a run ack without id',
      MessageType.ProposeRunCompletionAck,
      '',
      'ProposeRunCompletionAck is malformed: it has no completion id, or 0.',
    ],
  ])('%s', (_, type, hex, message) => {
    expect(() => decodeRuntimeMessage(frameOf(type, hex))).toThrow(fault('MALFORMED_MESSAGE', message));
  });

  test('an input without value', () => {
    expect(() => decodeStoredEntry(frameOf(MessageType.InputCommand, ''))).toThrow(
      fault('MALFORMED_MESSAGE', 'InputCommand is malformed: it has no value.'),
    );
  });

  test('empty payloads are present on the wire', () => {
    const empty = new Uint8Array(0);
    const run = { kind: 'notification', of: 'run', id: { kind: 'completion', id: 1 } } as const;
    const value = encodeNotification({ ...run, result: { kind: 'success', value: empty } });
    const keys = encodeNotification({ ...run, of: 'getLazyStateKeys', result: { kind: 'stateKeys', keys: [] } });

    expect(Array.from(value.subarray(8))).toEqual([0x08, 0x01, 0x2a, 0x00]);
    expect(Array.from(keys.subarray(8))).toEqual([0x08, 0x01, 0x8a, 0x01, 0x00]);
  });

  test('the start of a plain first attempt holds nothing that is zero', () => {
    const start = encodeStart(
      {
        kind: 'start',
        id: Uint8Array.of(1),
        debugId: '',
        knownEntries: 1,
        state: [],
        partialState: false,
        key: '',
        retryCountSinceLastStoredEntry: 0,
        durationSinceLastStoredEntryMs: 0,
        randomSeed: 0n,
      },
      6,
    );

    expect(Array.from(start.subarray(8))).toEqual([0x0a, 0x01, 0x01, 0x18, 0x01]);
  });
});
