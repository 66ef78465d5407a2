/**
 * Random programs on the real SDK against a runtime in memory: whatever happens when, and wherever an invocation is cut off, a replay repeats it; and a
 * program that is changed in one place is stopped before it does anything.
 *
 * A failure prints its seed: give it to fc.assert as { seed, path } to repeat it.
 */
import type { Command } from '@holdfast/protocol/wire';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutationsOf } from './model-mutation.test.support.ts';
import { anyProgram, mutableProgram, type Observations, orderlessProgram } from './model-program.test.support.ts';
import { comparable, resumeAlong } from './model-resume.test.support.ts';
import { openAttempt, runFreely, type World } from './model-runtime.test.support.ts';

const choices = fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 12 });
const world: fc.Arbitrary<World> = fc.record(
  {
    version: fc.constantFrom(5 as const, 6 as const, 7 as const),
    requestResponse: fc.boolean(),
    lazyState: fc.boolean(),
    choices,
    cancelAt: fc.integer({ min: 1, max: 12 }),
  },
  { requiredKeys: ['version', 'requestResponse', 'lazyState', 'choices'] },
);
const calm = world.map(({ version, requestResponse, lazyState, choices }) => ({
  version,
  requestResponse,
  lazyState,
  choices,
}));

test('an invocation that is cut off anywhere goes on as if it had not been', { timeout: 400_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyProgram, world, fc.boolean(), async (ops, world, otherMode) => {
      const { journal } = await runFreely(ops, world);
      const resumed = { ...world, requestResponse: world.requestResponse !== otherMode };
      for (let length = 1; length <= journal.length; length += 1) {
        const difference = await resumeAlong(ops, resumed, { journal, length });
        expect(difference, `cut behind entry ${length - 1}`).toBeUndefined();
      }
    }),
    { numRuns: 600 },
  );
});

test(
  'keyed steps that start in another order in every attempt give the same result, and run once',
  { timeout: 400_000 },
  async () => {
    const delays = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(orderlessProgram, calm, delays, delays, fc.nat(), async (ops, world, first, second, place) => {
        const whole = await runFreely(ops, { ...world, delays: first });
        const length = 1 + (place % whole.journal.length);
        const resumed = await runFreely(ops, { ...world, delays: second }, whole.journal.slice(0, length));

        expect(outputOf(resumed.journal)).toEqual(outputOf(whole.journal));
        expect(resumed.journal.slice(0, length)).toEqual(whole.journal.slice(0, length));
        expect(commandsOf(resumed.journal).map(nameOf).toSorted()).toEqual(
          commandsOf(whole.journal).map(nameOf).toSorted(),
        );
      }),
      { numRuns: 1500 },
    );
  },
);

test('a program that is changed in one place is stopped before it does anything', { timeout: 400_000 }, async () => {
  let mutants = 0;
  await fc.assert(
    fc.asyncProperty(mutableProgram, calm, async (ops, world) => {
      const { journal } = await runFreely(ops, world);
      for (const { title, ops: changed } of mutationsOf(ops)) {
        const seen: Observations = { executed: [], delays: [] };
        const attempt = openAttempt(changed, world, { journal, seen, stallMs: 1 });
        await attempt.done;

        mutants += 1;
        expect(attempt.received, title).toEqual([
          expect.objectContaining({ kind: 'error', code: 570, behavior: world.version === 7 ? 'pause' : 'retry' }),
        ]);
        expect(seen.executed, title).toEqual([]);
      }
    }),
    { numRuns: 600 },
  );
  expect(mutants).toBeGreaterThan(500);
});

test('the mismatch names the first entry that differs', { timeout: 400_000 }, async () => {
  const sequential = mutableProgram.filter((ops) =>
    ops.every(({ op }) => !['group', 'awakeable', 'signal'].includes(op)),
  );
  await fc.assert(
    fc.asyncProperty(sequential, calm, async (ops, world) => {
      const { journal } = await runFreely(ops, world);
      for (const { title, ops: changed } of mutationsOf(ops)) {
        const other = await runFreely(changed, world);
        const attempt = openAttempt(changed, world, { journal, seen: { executed: [], delays: [] }, stallMs: 1 });
        await attempt.done;

        const [before, now] = [commandsOf(journal), commandsOf(other.journal)];
        const first = before.findIndex((command, index) => sense(command) !== sense(now[index]));
        expect(attempt.received, title).toMatchObject([{ relatedCommandIndex: first }]);

        // The same at the earliest moment: the entry that differs is the last one that is recorded.
        const cut = journal.slice(0, 1 + journal.indexOf(before[first] ?? journal[0] ?? never()));
        const seen: Observations = { executed: [], delays: [] };
        const early = openAttempt(changed, world, { journal: cut, seen, stallMs: 1 });
        await early.done;
        expect(early.received, title).toMatchObject([{ code: 570, relatedCommandIndex: first }]);
        expect(seen.executed, title).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});

test('a whole journal replays to the same output when state is at hand that was not, and the other way round', async () => {
  await fc.assert(
    fc.asyncProperty(anyProgram, world, async (ops, world) => {
      const { journal } = await runFreely(ops, world);
      const seen: Observations = { executed: [], delays: [] };
      const attempt = openAttempt(ops, { ...world, lazyState: !world.lazyState }, { journal, seen });
      await attempt.done;

      expect(attempt.received).toEqual([{ kind: 'end' }]);
      expect(seen.executed).toEqual([]);
    }),
    { numRuns: 600 },
  );
});

function commandsOf(journal: readonly { readonly kind: string }[]): readonly Command[] {
  return journal.filter((entry): entry is Command => entry.kind !== 'notification');
}

function nameOf(command: Command): string {
  return `${command.kind} ${command.name}`;
}

function outputOf(journal: readonly { readonly kind: string }[]): Command | undefined {
  return commandsOf(journal).find(({ kind }) => kind === 'output');
}

/** Without numbers, which follow from the place. */
function sense(command: Command | undefined): string {
  if (command === undefined) return 'none';
  const plain = 'completionId' in command ? { ...command, completionId: 1 } : command;
  return comparable('invocationIdCompletionId' in plain ? { ...plain, invocationIdCompletionId: 1 } : plain);
}

function never(): never {
  throw new Error('A journal is never empty.');
}
