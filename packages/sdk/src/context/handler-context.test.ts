/** What handlers may rely on, with the runtime's side scripted message by message. */
import type { Command, EndpointMessage, Notification, NotificationResult } from '@holdfast/protocol/wire';
import { expect, test } from 'vitest';
import { isTerminalError, TerminalError } from '../error/terminal-error.ts';
import { RetryableError } from '../error/retryable-error.ts';
import { type AttemptSetting, type Entry, ModelAttempt } from '../model/model-attempt.test.support.ts';
import { findContext } from './ambient-context.ts';
import { DurablePromise } from './durable-promise.ts';
import { binarySerde } from './serde.ts';

type Handle = AttemptSetting['handle'];

const input: Command = { kind: 'input', name: '', headers: [], value: new Uint8Array(0) };
const utf8 = new TextEncoder();

function open(
  handle: Handle,
  setting: Partial<AttemptSetting> & { readonly recorded?: readonly Entry[] } = {},
): ModelAttempt {
  const { recorded = [], ...rest } = setting;
  return new ModelAttempt({
    version: 7,
    requestResponse: false,
    handle,
    start: {
      id: new Uint8Array(24),
      debugId: 'inv_1',
      state: [],
      partialState: false,
      key: 'k',
      retryCountSinceLastStoredEntry: 0,
      durationSinceLastStoredEntryMs: 0,
      randomSeed: 1n,
    },
    journal: [input, ...recorded],
    ...rest,
  });
}

async function look(attempt: ModelAttempt): Promise<EndpointMessage[]> {
  await attempt.rest();
  return attempt.received.splice(0);
}

function run(completionId: number, name: string): Command {
  return { kind: 'run', name, completionId };
}

function completed(of: Notification['of'], id: number, result: NotificationResult = { kind: 'void' }): Notification {
  return { kind: 'notification', of, id: { kind: 'completion', id }, result };
}

function success(value: unknown): NotificationResult {
  return { kind: 'success', value: utf8.encode(JSON.stringify(value)) };
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** The value that the handler returned, or the failure that it ended with. */
function outcomeOf(messages: readonly EndpointMessage[]): unknown {
  const output = messages.find((message) => message.kind === 'command' && message.command.kind === 'output');
  if (output?.kind !== 'command' || output.command.kind !== 'output') return undefined;
  const { result } = output.command;
  return result.kind === 'failure' ? result.failure : JSON.parse(new TextDecoder().decode(result.value));
}

function errorOf(messages: readonly EndpointMessage[]): Extract<EndpointMessage, { kind: 'error' }> | undefined {
  return messages.find((message) => message.kind === 'error');
}

test('a framework that swallows every exception cannot swallow a mismatch', async () => {
  let swallowed = 0;
  const attempt = open(
    async (ctx) => {
      for (;;) await ctx.run('pay', () => 1).catch(() => (swallowed += 1));
    },
    { recorded: [run(1, 'charge')] },
  );

  const messages = await look(attempt);

  expect(messages).toHaveLength(1);
  expect(errorOf(messages)).toMatchObject({
    code: 570,
    behavior: 'pause',
    relatedCommandIndex: 1,
    relatedCommandName: 'pay',
    relatedCommandType: 0x411,
  });
  expect(errorOf(messages)?.message).toBe(
    'JOURNAL_MISMATCH: The journal of invocation inv_1 records step "charge" as entry 1; this code does step "pay" there. Nothing was executed or recorded.\n' +
      '  name: recorded "charge", found "pay"\n' +
      'A deployment is immutable: was its code changed in place? Resume the invocation on the deployment that recorded it: ' +
      'holdfast invocations describe inv_1 shows both.',
  );
  expect(swallowed).toBe(0);
});

test('a keyed step that is not recorded waits for those that are, and a replay that never comes to them names both', async () => {
  const executed: string[] = [];
  const attempt = open(async (ctx) => ctx.run('tool', () => executed.push('b'), { key: 'b' }), {
    recorded: [run(1, 'tool#a'), completed('run', 1, success(1))],
    stallMs: 1,
  });
  await attempt.done;

  expect(errorOf(attempt.received)?.message).toContain(
    'records step "tool", key "a" as entry 1; this code does step "tool", key "b", which is not recorded, and does not come to it.',
  );
  expect(executed).toEqual([]);
});

test('a step without a result is not executed again before everything recorded was claimed', async () => {
  const executed: string[] = [];
  const step =
    (name: string, executions: string[]): (() => number) =>
    () =>
      executions.push(name);
  const late =
    (second: string): Handle =>
    async (ctx) => {
      const first = ctx.run('a', step('a', executed)).catch(String);
      for (let turns = 0; turns < 4; turns += 1) await turn();
      return [await ctx.run(second, step(second, executed)), await first];
    };
  const diverging = open(late('c'), { recorded: [run(1, 'a'), run(2, 'b')] });
  const messages = await look(diverging);
  const executedByDiverging = executed.splice(0);
  const faithful = open(late('b'), { recorded: [run(1, 'a'), run(2, 'b')] });
  await look(faithful);

  expect(messages).toMatchObject([{ kind: 'error', code: 570, relatedCommandIndex: 2 }]);
  expect(executedByDiverging).toEqual([]);
  expect(executed).toEqual(['a', 'b']);
});

test('code that is slow for reasons of its own is not stalled, however long the process stood still', async () => {
  const recorded = [
    run(1, 'tool#a'),
    run(2, 'tool#b'),
    completed('run', 1, success(1)),
    completed('run', 2, success(2)),
  ];
  let load: (() => void) | undefined;
  const attempt = open(
    async (ctx) => {
      await new Promise<void>((resolve) => {
        load = resolve;
      });
      const first = ctx.run('tool', () => 0, { key: 'a' }).catch(String);
      await turn();
      await turn();
      const until = performance.now() + 20;
      while (performance.now() < until);
      await turn();
      return [await ctx.run('tool', () => 0, { key: 'b' }), await first];
    },
    { recorded, stallMs: 5 },
  );
  const meanwhile = await look(attempt);
  load?.();

  expect(meanwhile).toEqual([]);
  expect(outcomeOf(await look(attempt))).toEqual([2, 1]);
});

test('another definition of a tool shows as such', async () => {
  const score =
    (under: string): Handle =>
    (ctx) =>
      ctx.run('score', () => 8, { under: { description: under }, args: [1] });
  const first = open(score('0 to 10'));
  const [recorded] = await look(first);
  if (recorded?.kind !== 'command') throw new Error('The step was not sent.');
  const second = open(score('0 to 100'), { recorded: [recorded.command] });

  expect(errorOf(await look(second))?.message).toMatch(
    /\n {2}definition: recorded [0-9a-f]{12}, found [0-9a-f]{12}\nA deployment is immutable/,
  );
});

test('an end before the end of the journal is a mismatch', async () => {
  const attempt = open(async () => 'done', { recorded: [run(1, 'charge')] });

  expect(errorOf(await look(attempt))?.message).toContain(
    'records step "charge" as entry 1; this code ends without it.',
  );
});

test.each<[title: string, handle: Handle, message: string]>([
  ['a step without a name', (ctx) => ctx.run('', () => 1), 'STEP_REFUSED: A step name is required'],
  [
    'an awakeable without a name',
    (ctx) => ctx.awakeable('').promise,
    'STEP_REFUSED: A name of an awakeable is required',
  ],
  [
    'a key that is used twice',
    (ctx) => DurablePromise.all([ctx.run('a', () => 1, { key: 'k' }), ctx.run('b', () => 1, { key: 'k' })]),
    'STEP_REPEATED: Invocation inv_1 uses the key "k" a second time, for step "b".',
  ],
  [
    'an awakeable that is made twice',
    (ctx) => DurablePromise.race([ctx.awakeable('gate').promise, ctx.awakeable('gate').promise]),
    'STEP_REPEATED: Invocation inv_1 makes the awakeable "gate" a second time.',
  ],
  [
    'arguments that are no JSON',
    (ctx) => ctx.run('a', () => 1, { args: [new Map()] }),
    'STEP_REFUSED: The meaning of step "a" is not JSON: in "args", the value at 0 is not a plain object',
  ],
])('%s ends the attempt and waits for a person', async (_title, handle, message) => {
  const attempt = open(handle);

  expect(errorOf(await look(attempt))).toMatchObject({
    code: 500,
    behavior: 'pause',
    message: expect.stringContaining(message),
  });
});

test('a value that no runtime would take ends the attempt before it is sent', async () => {
  const large = new Uint8Array(33 * 1024 * 1024);
  const step = open((ctx) => ctx.run('render', () => large, { serde: binarySerde }));
  const state = open(async (ctx) => ctx.set('page', large, binarySerde));

  expect(errorOf(await look(step))?.message).toContain(
    'PAYLOAD_TOO_LARGE: In invocation inv_1, step "render" has 34603015 bytes; one message has at most 33554432.',
  );
  expect(errorOf(await look(state))).toMatchObject({
    message: expect.stringContaining('set state "page" has'),
    behavior: 'pause',
  });
});

test('a repeated name is numbered and warned about once, and refused in strict mode', async () => {
  const twice: Handle = async (ctx) => [
    ctx.run('mail', () => 1).catch(String),
    ctx.run('mail', () => 1).catch(String),
    ctx.run('mail', () => 1).catch(String),
  ];
  const relaxed = open(twice);
  const strict = open(twice, { strict: true });

  const names = (await look(relaxed)).flatMap((message) => (message.kind === 'command' ? [message.command.name] : []));

  expect(names.slice(0, 3)).toEqual(['mail', 'mail#~2', 'mail#~3']);
  expect(relaxed.warnings).toEqual([
    expect.stringContaining('runs step "mail" a second time with nothing to tell them apart but their order'),
  ]);
  expect(errorOf(await look(strict))?.message).toContain('STEP_REPEATED');
});

test('awakeables that are made in another order keep their values', async () => {
  const idsOf = async (names: readonly string[]): Promise<string[]> => {
    let ids: string[] = [];
    const attempt = open(async (ctx) => {
      ids = names.map((name) => ctx.awakeable(name).id);
    });
    await look(attempt);
    return ids;
  };

  expect(await idsOf(['approve', 'refuse'])).toEqual((await idsOf(['refuse', 'approve'])).toReversed());
});

test('an error of a step is retried by the runtime, with the delay that the author asked for', async () => {
  const plain = open((ctx) => ctx.run('a', () => Promise.reject(new Error('down'))));
  const asked = open((ctx) =>
    ctx.run('a', () => Promise.reject(new RetryableError('busy', { retryAfter: { seconds: 3 } }))),
  );

  expect(errorOf(await look(plain))).toMatchObject({
    code: 500,
    message: 'down',
    relatedCommandIndex: 1,
    relatedCommandName: 'a',
  });
  expect(errorOf(await look(asked))).toMatchObject({ nextRetryDelayMs: 3000, behavior: 'retry' });
});

test('a step policy counts the failures of earlier attempts, and gives up as a result', async () => {
  const handle: Handle = (ctx) =>
    ctx.run('a', () => Promise.reject(new Error('down')), {
      maxRetryAttempts: 3,
      initialRetryInterval: 10,
      retryIntervalFactor: 2,
    });
  const start = {
    id: new Uint8Array(24),
    debugId: 'inv_1',
    state: [],
    partialState: false,
    key: '',
    durationSinceLastStoredEntryMs: 0,
    randomSeed: 1n,
  };
  const recorded = [run(1, 'a')];
  const second = open(handle, { recorded, start: { ...start, retryCountSinceLastStoredEntry: 1 } });
  const third = open(handle, { recorded, start: { ...start, retryCountSinceLastStoredEntry: 2 } });

  expect(errorOf(await look(second))).toMatchObject({ nextRetryDelayMs: 20 });
  expect(await look(third)).toEqual([
    {
      kind: 'proposeRunCompletion',
      completionId: 1,
      result: { kind: 'failure', failure: expect.objectContaining({ message: 'down' }) },
    },
  ]);
});

test('an error of the handler is retried, a terminal one is the result', async () => {
  const retried = open(() => Promise.reject(new TypeError('bug')));
  const ended = open(() => Promise.reject(new TerminalError('no', { errorCode: 418, metadata: { why: 'tea' } })));

  expect(errorOf(await look(retried))).toMatchObject({ code: 500, message: 'TypeError: bug', behavior: 'retry' });
  expect(outcomeOf(await look(ended))).toEqual({ code: 418, message: 'no', metadata: [['why', 'tea']] });
});

test('a cancellation waits for the id of the callee, asks it to stop, and only then is heard', async () => {
  const attempt = open(async (ctx) => {
    const call = ctx.genericCall({ service: 'Other', method: 'f', parameter: 1 });
    const heard = await call.catch((error: unknown) => (isTerminalError(error) ? error.code : 0));
    return { heard, again: await ctx.run('compensate', () => 'done') };
  });
  await look(attempt);
  attempt.deliver({ kind: 'notification', of: 'signal', id: { kind: 'signal', id: 1 }, result: { kind: 'void' } });
  const waiting = await look(attempt);
  attempt.deliver(completed('callInvocationId', 1, { kind: 'invocationId', invocationId: 'inv_callee' }));
  const heard = await look(attempt);
  attempt.acknowledge(3);

  expect(waiting).toEqual([]);
  expect(heard[0]).toMatchObject({
    command: { kind: 'sendSignal', target: 'inv_callee', signal: { kind: 'signal', id: 1 } },
  });
  expect(outcomeOf(await look(attempt))).toEqual({ heard: 409, again: 'done' });
});

test('a cancellation that nobody hears yet is heard by the next who waits', async () => {
  let go: (() => void) | undefined;
  const attempt = open(async (ctx) => {
    await new Promise<void>((resolve) => {
      go = resolve;
    });
    return ctx.sleep(1000).catch((error: unknown) => (isTerminalError(error) ? error.code : 0));
  });
  attempt.deliver({ kind: 'notification', of: 'signal', id: { kind: 'signal', id: 1 }, result: { kind: 'void' } });
  await look(attempt);
  go?.();

  expect(outcomeOf(await look(attempt))).toBe(409);
});

test('a cancellation ends a combination as a whole', async () => {
  const attempt = open((ctx) =>
    DurablePromise.allSettled([ctx.sleep(1000), ctx.sleep(2000)]).catch((error: unknown) =>
      isTerminalError(error) ? error.code : 0,
    ),
  );
  attempt.deliver({ kind: 'notification', of: 'signal', id: { kind: 'signal', id: 1 }, result: { kind: 'void' } });

  expect(outcomeOf(await look(attempt))).toBe(409);
});

test('what has lost a race is not waited for any more', async () => {
  const attempt = open(async (ctx) => {
    await DurablePromise.race([ctx.sleep(1, 'short'), ctx.sleep(1000, 'long')]);
    return ctx.sleep(5, 'then');
  });
  await look(attempt);
  attempt.deliver(completed('sleep', 1));
  await look(attempt);
  attempt.closeInput();

  expect(await look(attempt)).toEqual([
    expect.objectContaining({ kind: 'suspension', completions: [3], signals: [1] }),
  ]);
});

test('a handler that waits for something of its own is not suspended over it', async () => {
  let go: (() => void) | undefined;
  const attempt = open(async (ctx) => {
    await DurablePromise.race([ctx.sleep(1, 'short'), ctx.sleep(1000, 'long')]);
    await new Promise<void>((resolve) => {
      go = resolve;
    });
    return 'done';
  });
  await look(attempt);
  attempt.deliver(completed('sleep', 1));
  attempt.closeInput();
  const meanwhile = await look(attempt);
  go?.();

  expect(meanwhile).toEqual([]);
  expect(outcomeOf(await look(attempt))).toBe('done');
});

test('a process that stops lets a step end, then suspends what waits', async () => {
  const stop = new AbortController();
  let finish: ((value: string) => void) | undefined;
  const attempt = open(
    (ctx) =>
      ctx.run(
        'long',
        () =>
          new Promise<string>((resolve) => {
            finish = resolve;
          }),
      ),
    { shutdown: stop.signal },
  );
  await look(attempt);
  stop.abort();
  const whileRunning = await look(attempt);
  finish?.('x');

  expect(whileRunning).toEqual([]);
  expect(await look(attempt)).toMatchObject([
    { kind: 'proposeRunCompletion' },
    { kind: 'suspension', completions: [1] },
  ]);
});

test('code deep inside a handler finds the context, and inside a step there is none', async () => {
  const deep = async (): Promise<unknown[]> => {
    await turn();
    const found = findContext();
    const inside = await found?.run('deep', () => findContext() === undefined);
    return [found?.request().id, inside, findContext() === found];
  };
  const attempt = open(() => deep());
  await look(attempt);
  attempt.acknowledge(1);

  expect(outcomeOf(await look(attempt))).toEqual(['inv_1', true, true]);
  expect(findContext()).toBeUndefined();
});

test('the console is silent while the handler repeats what it did', async () => {
  const lines: unknown[] = [];
  const { log } = globalThis.console; // oxlint-disable-line typescript/unbound-method -- put back as it was
  globalThis.console.log = (...line: unknown[]) => void lines.push(...line);
  const attempt = open(
    async (ctx) => {
      ctx.console.log('before');
      await ctx.run('a', () => 1);
      ctx.console.log('after');
    },
    { recorded: [run(1, 'a'), completed('run', 1, success(1))] },
  );
  await look(attempt);
  globalThis.console.log = log;

  expect(lines).toEqual(['after']);
});

test('a key that was cleared is not listed, and an empty value is a value', async () => {
  const attempt = open(
    async (ctx) => {
      ctx.clear('b');
      ctx.set('c', '');
      return { keys: await ctx.stateKeys(), b: await ctx.get('b'), c: await ctx.get('c') };
    },
    {
      start: {
        id: new Uint8Array(24),
        debugId: 'inv_1',
        state: [
          [utf8.encode('b'), utf8.encode('1')],
          [utf8.encode('a'), utf8.encode('2')],
        ],
        partialState: false,
        key: 'k',
        retryCountSinceLastStoredEntry: 0,
        durationSinceLastStoredEntryMs: 0,
        randomSeed: 1n,
      },
    },
  );

  expect(outcomeOf(await look(attempt))).toEqual({ keys: ['a', 'c'], b: null, c: '' });
});
