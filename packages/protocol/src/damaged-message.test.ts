import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  concatFrames,
  decodeEndpointMessage,
  decodeRuntimeMessage,
  decodeStoredEntry,
  encodeAwaitingOn,
  encodeCommand,
  encodeCommandAck,
  encodeError,
  encodeFrame,
  encodeNotification,
  encodeProposeRunCompletion,
  encodeStart,
  encodeSuspension,
  type Frame,
  FrameReader,
  MessageType,
  ProtocolError,
  splitFrames,
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

const anyMessage = fc.oneof(
  anyCommand.map((command) => encodeCommand(command)),
  anyInput.map((command) => encodeCommand(command)),
  anyNotification.map(encodeNotification),
  anyStart.map((start) => encodeStart(start, 7)),
  anyAwaitSet.map((set) => encodeSuspension(set, 6)),
  anyAwaitSet.map((set) => encodeSuspension(set, 7)),
  anyAwaitSet.map((set) => encodeAwaitingOn({ ...set, executingSideEffects: true })),
  anyError.map(encodeError),
  anyProposal.map((proposal) => encodeProposeRunCompletion(proposal)),
  fc.nat().map(encodeCommandAck),
);

const decoders: readonly ((frame: Frame) => unknown)[] = [
  (frame) => decodeEndpointMessage(frame, 5),
  (frame) => decodeEndpointMessage(frame, 6),
  (frame) => decodeEndpointMessage(frame, 7),
  decodeStoredEntry,
  decodeRuntimeMessage,
];

/** Runs every decoder; anything thrown but a ProtocolError fails the test. */
function decodeEveryWay(frame: Frame): void {
  for (const decode of decoders) onlyProtocolErrors(() => decode(frame));
}

function onlyProtocolErrors<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(error.message).not.toBe('');
    return undefined;
  }
}

function reframed(type: number, body: Uint8Array): Frame {
  const [frame] = splitFrames(encodeFrame(type, body));
  if (frame === undefined) throw new Error('no frame');
  return frame;
}

describe('a damaged message is refused or means something, and does nothing else', () => {
  test('when it is cut after any byte', () => {
    fc.assert(
      fc.property(anyMessage, (bytes) => {
        const [frame] = splitFrames(bytes);
        if (frame === undefined) throw new Error('no frame');
        for (let length = 0; length < frame.body.length; length += 1) {
          decodeEveryWay(reframed(frame.type, frame.body.subarray(0, length)));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('when any byte of it is another', () => {
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 1, max: 255 }), (bytes, change) => {
        for (let position = 0; position < bytes.length; position += 1) {
          const damaged = bytes.slice();
          damaged[position] = (damaged[position] ?? 0) ^ change;
          for (const frame of onlyProtocolErrors(() => new FrameReader().push(damaged)) ?? []) decodeEveryWay(frame);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('when bytes are put in or taken out', () => {
    fc.assert(
      fc.property(
        anyMessage,
        fc.nat(),
        fc.nat({ max: 8 }),
        fc.uint8Array({ maxLength: 8 }),
        (bytes, at, gone, added) => {
          const [frame] = splitFrames(bytes);
          if (frame === undefined) throw new Error('no frame');
          const place = at % (frame.body.length + 1);
          const body = concatFrames([frame.body.subarray(0, place), added, frame.body.subarray(place + gone)]);
          decodeEveryWay(reframed(frame.type, body));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('when it is noise under a known type', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(MessageType)), fc.uint8Array({ maxLength: 64 }), (type, body) => {
        decodeEveryWay(reframed(type, body));
      }),
      { numRuns: 2000 },
    );
  });

  test('when a stream is noise', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (chunks) => {
        const reader = new FrameReader();
        for (const chunk of chunks) onlyProtocolErrors(() => reader.push(chunk));
        onlyProtocolErrors(() => reader.end());
      }),
    );
  });
});

test('a damaged command that is accepted means what it says: encoding it again changes nothing', () => {
  fc.assert(
    fc.property(anyCommand, fc.nat(), fc.integer({ min: 1, max: 255 }), (command, at, change) => {
      const damaged = encodeCommand(command);
      const place = 8 + (at % Math.max(1, damaged.length - 8));
      damaged[place] = (damaged[place] ?? 0) ^ change;
      const [frame] = onlyProtocolErrors(() => splitFrames(damaged)) ?? [];
      const accepted = frame && onlyProtocolErrors(() => decodeStoredEntry(frame));
      if (accepted === undefined || accepted.kind === 'notification') return;

      const [again] = splitFrames(encodeCommand(accepted));

      expect(again && decodeStoredEntry(again)).toEqual(accepted);
    }),
    { numRuns: 1000 },
  );
});
