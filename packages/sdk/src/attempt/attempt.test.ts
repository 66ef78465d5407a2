/** The wire, byte for byte, and what the protocol allows. Frames are test vectors of the protocol, written by another encoder. */
import { encodeHex, parseInvocationId, type ProtocolVersion, splitFrames } from '@holdfast/protocol/wire';
import { expect, test } from 'vitest';
import type { BoundHandler } from '../definition/bound-handler.ts';
import { InputQueue } from '../model/input-queue.test.support.ts';
import { runAttempt } from './attempt.ts';

const frames = {
  start:
    '00000000000000440a18ab172d9746a81de602c2b272f324db9685631c93073c42d51226696e765f316a4b545373754a76784678367570446d7866634335526a474c3574506b4c7375431801',
  input: '040000000000000872060a0422686922',
  sleep: '040c0000000000090880b883a1f7325801',
  slept: '800c00000000000408012200',
  suspensionV6: '00010000000000060a0101120101',
  suspensionV7: '000100000000000a22080a01011201012801',
  run: '04110000000000055801620172',
  proposal: '00050000000000050801720137',
  flaggedProposal: '00058000000000050801720137',
  ran: '801100000000000708012a030a0137',
  runAck: '00070000000000020801',
  cancel: 'fbff00000000000410012200',
  outputOk: '040100000000000872060a04226f6b22',
  end: '0003000000000000',
};

class Exchange {
  readonly #input = new InputQueue();
  readonly #sent: string[] = [];
  readonly done: Promise<void>;

  constructor(version: ProtocolVersion, handle: BoundHandler['handle']) {
    this.done = runAttempt({
      version,
      handler: { service: 'S', name: 'h', kind: 'stateless', options: {}, handle },
      input: this.#input,
      sink: {
        write: (bytes) => {
          // A step's flag is part of what is looked at: split by hand, because splitting clears it.
          let offset = 0;
          for (const frame of splitFrames(bytes)) {
            this.#sent.push(encodeHex(bytes.subarray(offset, offset + frame.bytes.length)));
            offset += frame.bytes.length;
          }
        },
        end: () => this.#input.close(),
      },
      attemptHeaders: new Map(),
      strict: false,
      stallMs: 1,
      logger: { warn: () => undefined, error: () => undefined },
      shutdown: new AbortController().signal,
    });
  }

  send(...hex: readonly string[]): void {
    const bytes = hex.join('').match(/../g) ?? [];
    this.#input.push(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
  }

  close(): void {
    this.#input.close();
  }

  /** What was sent since the last look, once the handler is at rest. */
  async look(): Promise<string[]> {
    for (let turn = 0; turn < 12; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
    return this.#sent.splice(0);
  }
}

/** The start announces one entry; this one announces three. */
const startOfThree = frames.start.replace(/1801$/, '1803');

test('a step is sent before it runs, proposed after, and heard when it is durable', async () => {
  const exchange = new Exchange(6, async (ctx, input) => {
    await ctx.run('r', () => 7);
    return input === 'hi' ? 'ok' : 'another input';
  });
  exchange.send(frames.start, frames.input);
  const before = await exchange.look();
  exchange.send(frames.ran);

  expect(before).toEqual([frames.run, frames.proposal]);
  expect(await exchange.look()).toEqual([frames.outputOk, frames.end]);
  await exchange.done;
});

test('in version 7 an acknowledgement is enough, and the whole notification is understood too', async () => {
  for (const confirmation of [frames.runAck, frames.ran]) {
    const exchange = new Exchange(7, (ctx) => ok(ctx.run('r', () => 7)));
    exchange.send(frames.start, frames.input);
    const before = await exchange.look();
    exchange.send(confirmation);

    expect(before).toEqual([frames.run, frames.flaggedProposal]);
    expect(await exchange.look()).toEqual([frames.outputOk, frames.end]);
  }
});

test('when nobody will answer any more, the handler suspends, and the cancel signal wakes it too', async () => {
  for (const [version, suspension] of [
    [6, frames.suspensionV6],
    [7, frames.suspensionV7],
  ] as const) {
    const exchange = new Exchange(version, (ctx) => ok(ctx.sleep(1000)));
    exchange.send(frames.start, frames.input);
    const open = await exchange.look();
    exchange.close();

    expect(open).toEqual([expect.stringMatching(/^040c/)]);
    expect(await exchange.look()).toEqual([suspension]);
  }
});

test('a recorded sleep is not sent again, whenever it was to end', async () => {
  const exchange = new Exchange(6, (ctx) => ok(ctx.sleep(1000, 'nap')));
  // The same frame with a name: `nap#~1000ms`, 11 bytes.
  const named = `${frames.sleep.replace(/^040c000000000009/, '040c000000000016')}620b6e6170237e313030306d73`;
  exchange.send(startOfThree, frames.input, named, frames.slept);

  expect(await exchange.look()).toEqual([frames.outputOk, frames.end]);
});

test('frames may be cut anywhere', async () => {
  const exchange = new Exchange(6, (ctx) => ok(ctx.run('r', () => 7)));
  for (const byte of `${startOfThree}${frames.input}${frames.run}${frames.ran}`.match(/../g) ?? []) exchange.send(byte);

  expect(await exchange.look()).toEqual([frames.outputOk, frames.end]);
});

test('a cancellation ends what is waited for, in version 5 without metadata', async () => {
  const exchange = new Exchange(5, (ctx) => ok(ctx.sleep(1000)));
  exchange.send(frames.start, frames.input);
  await exchange.look();
  exchange.send(frames.cancel);

  // Output, failure 409 "Cancelled".
  expect(await exchange.look()).toEqual([`04010000000000107a0e089903120943616e63656c6c6564`, frames.end]);
});

const violations: readonly (readonly [title: string, hex: readonly string[]])[] = [
  ['something before the start', [frames.input]],
  ['a second start', [frames.start, frames.input, frames.start]],
  ['a command behind the replay', [frames.start, frames.input, frames.run]],
  ['an acknowledgement of a step that was not proposed', [frames.start, frames.input, frames.runAck]],
  ['a completion that no command announced', [frames.start, frames.input, frames.slept]],
  ['a replay without an input', [frames.start, frames.sleep]],
  ['a message of no known type', [frames.start, frames.input, '7fff000000000000']],
];

test.each(violations)('%s ends the attempt with code 571', async (_title, hex) => {
  const exchange = new Exchange(6, async () => new Promise(() => undefined));
  exchange.send(...hex);

  // Error, code 571.
  expect(await exchange.look()).toEqual([expect.stringMatching(/^0002[0-9a-f]{12}08bb04/)]);
  await exchange.done;
});

test('a stream that ends within the replay is a violation', async () => {
  const exchange = new Exchange(6, async () => 'never');
  exchange.send(startOfThree, frames.input);
  exchange.close();

  expect(await exchange.look()).toEqual([expect.stringMatching(/^0002[0-9a-f]{12}08bb04/)]);
});

test('the id of an awakeable is made of the raw invocation id', async () => {
  let id = '';
  const exchange = new Exchange(6, async (ctx) => {
    id = ctx.awakeable('gate').id;
    return 'ok';
  });
  exchange.send(frames.start, frames.input);
  await exchange.look();

  expect(parseInvocationId('inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsuC')).toBeDefined();
  expect(id).toMatch(/^sign_1qxctl0aoHeYCwrJy8yTbloVjHJMHPELV[\w-]{6}$/);
});

async function ok(waited: Promise<unknown>): Promise<string> {
  await waited;
  return 'ok';
}
