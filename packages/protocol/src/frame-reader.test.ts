import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  concatFrames,
  encodeEnd,
  encodeFrame,
  encodeProposeRunCompletion,
  type Frame,
  FrameReader,
  MessageType,
  ProtocolError,
  splitFrames,
} from './index.ts';

const anyFrame = fc
  .tuple(
    fc.constantFrom(MessageType.RunCommand, MessageType.OutputCommand, MessageType.ProposeRunCompletion),
    fc.uint8Array({ maxLength: 40 }),
    fc.boolean(),
  )
  .map(([type, body, ackRequested]) => encodeFrame(type, body, { ackRequested }));

/** Cuts the bytes at the given places, and gives each piece memory of its own. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.slice(places[index], end));
}

function readAll(chunks: readonly Uint8Array[]): { readonly frames: Frame[]; readonly fault: string | undefined } {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  try {
    for (const chunk of chunks) frames.push(...reader.push(chunk));
    reader.end();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { frames, fault: error.code };
  }
  return { frames, fault: undefined };
}

describe('chunking', () => {
  test('any split of a stream gives the same frames', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 30 }), (frames, cuts) => {
        const stream = concatFrames(frames);

        const read = readAll(pieces(stream, cuts));

        expect(read).toEqual({ frames: splitFrames(stream), fault: undefined });
      }),
    );
  });

  test('a stream that arrives byte by byte gives the same frames', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 5 }), (frames) => {
        const stream = concatFrames(frames);

        const read = readAll(Array.from(stream, (byte) => Uint8Array.of(byte)));

        expect(read).toEqual({ frames: splitFrames(stream), fault: undefined });
      }),
    );
  });

  test('any split of a faulty stream gives the frames before the fault, and the fault', () => {
    const faulty = fc.constantFrom(
      [0x7f, 0xff, 0, 0, 0, 0, 0, 0, 'UNKNOWN_MESSAGE'],
      [0x04, 0x11, 0, 1, 0, 0, 0, 0, 'MALFORMED_FRAME'],
      [0x04, 0x11, 0x40, 0, 0, 0, 0, 0, 'MALFORMED_FRAME'],
      [0x04, 0x11, 0, 0, 2, 0, 0, 1, 'FRAME_TOO_LARGE'],
      [0x04, 0x11, 0, 0, 0, 0, 0, 1, 'TRUNCATED_FRAME'],
      [0x04, 0x11, 'TRUNCATED_FRAME'],
    );
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 5 }),
        faulty,
        fc.array(fc.nat(), { maxLength: 20 }),
        (frames, [...fault], cuts) => {
          const code = fault.pop();
          const stream = concatFrames([...frames, Uint8Array.from(fault, Number)]);

          const read = readAll(pieces(stream, cuts));

          expect(read).toEqual({ frames: splitFrames(concatFrames(frames)), fault: code });
        },
      ),
    );
  });
});

describe('what a header may say', () => {
  test('a payload above the limit is refused before a byte of it arrived', () => {
    const reader = new FrameReader({ maxBytes: 100 });

    expect(() => reader.push(Uint8Array.of(0x04, 0x11, 0, 0, 0, 0, 0, 101))).toThrow(
      'RunCommand announces 101 bytes; the limit is 100.',
    );
  });

  test('a payload of exactly the limit is read', () => {
    const reader = new FrameReader({ maxBytes: 100 });

    expect(reader.push(encodeFrame(MessageType.RunCommand, new Uint8Array(100)))).toHaveLength(1);
  });

  test('lengths use all 32 bits', () => {
    expect(() => new FrameReader().push(Uint8Array.of(0x04, 0x11, 0, 0, 0xff, 0xff, 0xff, 0xff))).toThrow(
      'RunCommand announces 4294967295 bytes; the limit is 33554432.',
    );
  });

  test.each([0x0008, 0x03ff, 0x040f, 0x0415, 0x8001, 0xfc00, 0xffff])('type %i is refused', (type) => {
    const name = `0x${type.toString(16).padStart(4, '0')}`;

    expect(() => new FrameReader().push(encodeFrame(type, new Uint8Array(0)))).toThrow(
      `Message type ${name} is not part of service protocol V5 to V7.`,
    );
  });

  test('flags other than the ack flag are refused', () => {
    expect(() => new FrameReader().push(Uint8Array.of(0x04, 0x11, 0xc0, 1, 0, 0, 0, 0))).toThrow(
      'The header of RunCommand has unknown flag bits 0xc001.',
    );
  });

  test('the ack flag is cleared in the bytes to store, not in the memory that was received', () => {
    const proposal = { completionId: 1, result: { kind: 'success', value: Uint8Array.of(7) } } as const;
    const chunk = encodeProposeRunCompletion(proposal, { ackRequested: true });
    const received = chunk.slice();

    const [frame] = new FrameReader().push(chunk);

    expect(frame?.ackRequested).toBe(true);
    expect(frame?.bytes).toEqual(encodeProposeRunCompletion(proposal));
    expect(chunk).toEqual(received);
  });
});

describe('the end of a stream', () => {
  test('ending inside a frame is an error', () => {
    const reader = new FrameReader();
    reader.push(Uint8Array.of(4, 0x11, 0));

    expect(() => reader.end()).toThrow('The bytes end inside a frame: 3 bytes belong to no whole message.');
  });

  test('bytes after a terminal message are dropped, whatever they are', () => {
    const reader = new FrameReader();

    const frames = reader.push(concatFrames([encodeEnd(), Uint8Array.of(0xff, 0xff, 0xff)]));
    const later = reader.push(new Uint8Array(100));
    reader.end();

    expect(frames.map((frame) => frame.type)).toEqual([MessageType.End]);
    expect(later).toEqual([]);
    expect(reader.terminated).toBe(true);
    expect(reader.ignoredBytes).toBe(103);
  });

  test('frames before a fault are returned, and the fault is kept', () => {
    const reader = new FrameReader();
    const good = encodeFrame(MessageType.RunCommand, Uint8Array.of(1));

    const frames = reader.push(concatFrames([good, new Uint8Array(8).fill(0xff)]));

    expect(frames.map((frame) => frame.bytes)).toEqual([good]);
    expect(reader.fault?.code).toBe('UNKNOWN_MESSAGE');
    expect(() => reader.push(good)).toThrow(reader.fault);
    expect(() => reader.end()).toThrow(reader.fault);
  });
});

test('frames that arrive whole are views over the chunk', () => {
  const chunk = concatFrames([encodeFrame(MessageType.RunCommand, Uint8Array.of(1, 2)), encodeEnd()]);

  for (const frame of new FrameReader().push(chunk)) {
    expect(frame.bytes.buffer).toBe(chunk.buffer);
    expect(frame.body.buffer).toBe(chunk.buffer);
  }
});

test.each([1, 7, 8, 9])('stored frames that end after %i bytes are damaged', (length) => {
  const frames = encodeFrame(MessageType.RunCommand, Uint8Array.of(1, 2)).subarray(0, length);

  expect(() => splitFrames(frames)).toThrow(expect.objectContaining({ code: 'TRUNCATED_FRAME' }));
});
