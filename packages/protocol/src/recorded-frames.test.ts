import { expect, test } from 'vitest';
import {
  decodeEndpointMessage,
  encodeCommand,
  encodeEnd,
  encodeHex,
  encodeProposeRunCompletion,
  messageTypeName,
  type ProtocolVersion,
  splitFrames,
} from './index.ts';

/**
 * Frames that @restatedev/restate-sdk 1.17.2 wrote, in request-response mode, driven by starts and inputs that this
 * package encoded. They hold the encoder to the field order and presence rules that a second implementation keeps.
 */
const recorded: readonly [ProtocolVersion, string, string][] = [
  [5, 'SetStateCommand', '040300000000000a0a01611a050a03227822'],
  [5, 'GetEagerStateCommand', '040700000000000a0a016172050a03227822'],
  [5, 'GetEagerStateCommand', '04070000000000060a027a7a6a00'],
  [5, 'GetEagerStateKeysCommand', '040800000000000872060a01610a0162'],
  [5, 'ClearStateCommand', '04040000000000030a0161'],
  [
    5,
    'OneWayCallCommand',
    '040e0000000000250a054f7468657212016d1a01702097d1e5e5a0342a060a016212016332016b3a0269325004',
  ],
  [
    5,
    'CallCommand',
    '040d0000000000280a054f7468657212016d1a017022060a016212016322060a01641201652a016b3202693150055806',
  ],
  [
    5,
    'CompleteAwakeableCommand',
    '04140000000000390a2c7369676e5f31717863746c30616f4865594377724a79387954626c6f566a484a4d4850454c5641414141455112090a077b2276223a317d',
  ],
  [
    5,
    'CompleteAwakeableCommand',
    '04140000000000370a2c7369676e5f31717863746c30616f4865594377724a79387954626c6f566a484a4d4850454c564141414145511a0708f40312026e6f',
  ],
  [
    5,
    'AttachInvocationCommand',
    '041200000000002a0a26696e765f316a4b545373754a76784678367570446d7866634335526a474c3574506b4c7375435807',
  ],
  [
    5,
    'SendSignalCommand',
    '041000000000002c0a26696e765f316a4b545373754a76784678367570446d7866634335526a474c3574506b4c73754310012200',
  ],
  [5, 'SleepCommand', '040c00000000000e08baf0e5e5a034580862036e6170'],
  [5, 'RunCommand', '04110000000000085809620473746570'],
  [5, 'ClearAllStateCommand', '0405000000000000'],
  [5, 'ProposeRunCompletion', '000500000000000f0809720b7b226f6b223a747275657d'],
  [5, 'Suspension', '000100000000000a0a040908060712020111'],
  [5, 'GetLazyStateCommand', '04020000000000060a027a7a5802'],
  [5, 'Suspension', '00010000000000060a0102120101'],
  [
    6,
    'OneWayCallCommand',
    '040e0000000000250a054f7468657212016d1a017020add1e5e5a0342a060a016212016332016b3a0269325004',
  ],
  [
    7,
    'OneWayCallCommand',
    '040e0000000000250a054f7468657212016d1a017020b2d1e5e5a0342a060a016212016332016b3a0269325004',
  ],
  [7, 'Suspension', '00010000000000142212120101220b0a040908060712011128042801'],
  [7, 'Suspension', '000100000000000a22080a01021201012801'],
  [6, 'OutputCommand', '04010000000000127a1008a20312036261641a060a0161120162'],
  [6, 'End', '0003000000000000'],
  [6, 'CompletePromiseCommand', '040b00000000000d0a02703112050a032276225801'],
  [6, 'Suspension', '00010000000000060a0101120101'],
  [6, 'PeekPromiseCommand', '040a0000000000060a0270325801'],
  [6, 'GetPromiseCommand', '04090000000000060a0270335801'],
  [6, 'CompletePromiseCommand', '040b00000000000e0a0270341a0608f4031201725801'],
];

test.each(recorded)('a V%i %s of the published SDK is read in full', (version, name, hex) => {
  const [frame] = splitFrames(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  if (frame === undefined) throw new Error('no frame');

  const message = decodeEndpointMessage(frame, version);

  expect(messageTypeName(frame.type)).toBe(name);
  if (message.kind === 'command') expect(encodeHex(encodeCommand(message.command))).toBe(hex);
  else if (message.kind === 'proposeRunCompletion') expect(encodeHex(encodeProposeRunCompletion(message))).toBe(hex);
  else if (message.kind === 'end') expect(encodeHex(encodeEnd())).toBe(hex);
  // A tree is flattened when it is read: its bytes cannot come back.
  else expect(message).toMatchObject({ kind: 'suspension', signals: expect.arrayContaining([1]) });
});
