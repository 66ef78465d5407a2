import type { FaultGroup, Proof } from './fault.ts';

const runtime = 'packages/runtime/src';
const crashes: Proof = {
  file: 'tests/src/crash.test.ts',
  title: 'acknowledged work ends once, keys are answered the same, and sums are exact after kills',
};

const worlds: Proof = {
  file: `${runtime}/simulation/simulate.test.ts`,
  title: 'every promise holds in the world of seed %i',
};

export const processFaults: FaultGroup = {
  title: 'Processes and clocks',
  faults: [
    {
      fault: 'The runtime is killed between taking a request and storing it',
      answer:
        'The caller was told nothing. It repeats the request with its idempotency key, and there is at most one invocation.',
      protections: [
        {
          without: 'an idempotency key names no invocation',
          file: `${runtime}/ingress/accept-invocation.ts`,
          find: '  if (idempotencyKey !== undefined) {\n    const keyPart',
          replace: "  if (idempotencyKey === 'none') {\n    const keyPart",
          caughtBy: {
            file: 'tests/src/conformance/recovery.test.ts',
            title: 'a caller whose connection broke gets its answer by repeating the call with its idempotency key',
          },
        },
      ],
      alsoShownBy: [crashes],
    },
    {
      fault: 'The runtime is killed between storing a request and answering it',
      answer:
        'The work is there after the start and goes on. The same key gets the same invocation and the same answer.',
      protections: [
        {
          without: 'a start forgets what was running',
          file: `${runtime}/engine/commands/recover.ts`,
          find: 'else startAttempt(tx, env, record);',
          replace: '',
          caughtBy: {
            file: 'tests/src/conformance/recovery.test.ts',
            title: 'a caller whose connection broke gets its answer by repeating the call with its idempotency key',
          },
        },
        {
          without: 'effects are released before the batch is durable',
          file: `${runtime}/partition/partition.ts`,
          find: '    this.#committing = batch;\n',
          replace: '    this.#committing = batch;\n    this.#release(batch);\n',
          caughtBy: worlds,
        },
      ],
      alsoShownBy: [crashes],
    },
    {
      fault: 'The runtime is killed in the middle of a write',
      answer: 'A batch is one transaction: it is there whole, or nothing of it.',
      protections: [
        {
          without: 'a batch is no transaction',
          file: `${runtime}/store/sqlite/sqlite-store.ts`,
          find: '      this.#begin.run();\n      work();\n      this.#commit.run();\n',
          replace: '      work();\n',
          caughtBy: {
            file: `${runtime}/store/sqlite/full-disk.test.ts`,
            title: 'a batch that finds no space is rolled back whole, and the store goes on when there is space again',
          },
        },
      ],
      alsoShownBy: [
        {
          file: `${runtime}/store/sqlite/crash.test.ts`,
          title: 'everything that was acknowledged is there after SIGKILL, again and again',
        },
      ],
    },
    {
      fault: 'A service process is killed while it runs handlers',
      answer: 'Recorded steps stay, what was not recorded is done again, on the same deployment.',
      protections: [
        {
          without: 'a stream that ends early is no failed attempt',
          file: `${runtime}/invoker/attempt.ts`,
          find: "else if (this.#phase === 'streaming') this.#fail(this.#decideProblemOfEnd());",
          replace: '',
          caughtBy: {
            file: 'tests/src/faults/misbehaving-endpoints.test.ts',
            title: 'answers an empty 200',
            listedIn: 'tests/src/faults/misbehaviour.ts',
          },
        },
        {
          without: 'a stream that breaks is no failed attempt',
          file: `${runtime}/invoker/attempt.ts`,
          find: '      this.#fail(decideProblemOfStream(failure));\n',
          replace: '',
          caughtBy: {
            file: 'tests/src/conformance/recovery.test.ts',
            title: 'a step that was interrupted is executed again, the one before it is not',
          },
        },
      ],
      alsoShownBy: [crashes],
    },
    {
      fault: 'A second process is started on the same data directory',
      answer:
        'It is refused with `STORE_LOCKED`, which names the first. The lock of a process that was killed is free.',
      protections: [
        {
          without: 'nobody locks the directory',
          file: `${runtime}/store/sqlite/directory-lock.ts`,
          find: "    database.exec('begin immediate');\n",
          replace: '',
          caughtBy: {
            file: 'tests/src/faults/damaged-store.test.ts',
            title: 'refuses a data directory that another one uses, which goes on',
          },
        },
      ],
    },
    {
      fault: 'The wall clock is set back by hours',
      answer:
        'Timers and time limits go on, late by a tenth of their delay at most; none fires twice or early. What handlers call a point in time is corrected.',
      protections: [
        {
          without: 'the clock goes back with the wall clock',
          file: `${runtime}/clock.ts`,
          find: 'lead = Math.max(0, wallBefore',
          replace: 'lead = Math.min(0, wallBefore',
          caughtBy: {
            file: 'tests/src/faults/clock-jumps.test.ts',
            title: 'back by hours, a service process that hangs is given up all the same',
          },
        },
        {
          without: 'sleeps of handlers are not corrected',
          file: `${runtime}/engine/entries/sleep-entry.ts`,
          find: 'command.wakeUpAt + env.lead',
          replace: 'command.wakeUpAt',
          caughtBy: {
            file: 'tests/src/faults/clock-jumps.test.ts',
            title: 'back by hours, timers from before and after it fire once, not early and not hours late',
          },
        },
        {
          without: 'delayed sends of handlers are not corrected',
          file: `${runtime}/engine/entries/call-entries.ts`,
          find: 'invokeAt + env.lead',
          replace: 'invokeAt',
          caughtBy: {
            file: `${runtime}/engine/wall-clock-set-back.test.ts`,
            title:
              'what a handler calls a point in time is later on a clock that went on when the wall clock was set back',
          },
        },
      ],
    },
    {
      fault: 'The wall clock is set ahead, or the machine slept',
      answer: 'What is due by then fires within a quarter of a minute, once.',
      protections: [
        {
          without: 'timers look at the time only when their own wait is over',
          file: `${runtime}/clock.ts`,
          find: 'const LOOK_EVERY_MS = 15_000;',
          replace: 'const LOOK_EVERY_MS = 2 ** 31 - 1;',
          caughtBy: {
            file: 'tests/src/faults/clock-jumps.test.ts',
            title: 'ahead, what that makes due fires soon and once, and what is set afterwards is not early',
          },
        },
        {
          without: 'a timer fires before it is due',
          file: `${runtime}/engine/commands/fire-timer.ts`,
          find: 'fireAt > env.now ||',
          replace: '',
          caughtBy: {
            file: `${runtime}/engine/partitions-walk.test.ts`,
            title: 'every invariant holds after every command of any life',
          },
        },
      ],
    },
    {
      fault: 'The process may open no more files or connections',
      answer:
        'It serves who is connected, answers what it cannot do with an error, and serves everybody when there is room again.',
      protections: [
        {
          without: 'a process for queries that cannot start ends the runtime',
          file: `${runtime}/query/query.ts`,
          find: "    child.on('error', (error) => this.#ended(child, error.message));\n",
          replace: '',
          caughtBy: {
            file: 'tests/src/faults/open-files.test.ts',
            title: 'serves who is connected, answers what it cannot do, and serves everybody afterwards',
          },
        },
      ],
    },
    {
      fault: 'An upgrade is killed half way',
      answer: 'Each schema step is there whole or not at all; the next start goes on with the rest.',
      protections: [
        {
          without: 'a schema step is no transaction',
          file: `${runtime}/store/sqlite/schema-step.ts`,
          find: "    database.exec('begin immediate');\n    try {\n      database.exec(step.sql);",
          replace: "    try {\n      database.exec(step.sql);\n      database.exec('begin immediate');",
          caughtBy: {
            file: `${runtime}/store/sqlite/interrupted-upgrade.test.ts`,
            title:
              'an upgrade that is killed at point %i has done each of its steps whole or not at all, and goes on with the next start',
          },
        },
      ],
    },
    {
      fault: 'An earlier release is started on the data of a later one',
      answer: 'It is refused with `STORE_NEWER` and changes nothing.',
      protections: [
        {
          without: 'unknown schema steps are ignored',
          file: `${runtime}/store/sqlite/schema-step.ts`,
          find: '  if (known === undefined) {',
          replace: '  if (known === undefined) return;\n  if (number < 0) {',
          caughtBy: {
            file: 'tests/src/faults/damaged-store.test.ts',
            title: 'refuses a data directory of a later release, and leaves it as it is',
          },
        },
      ],
    },
    {
      fault: 'Something is forgotten while somebody asks for it, or while its id begins to live again',
      answer:
        'The asker gets the whole result or `INVOCATION_NOT_FOUND`, never a half. A new life is kept as long as it may be.',
      protections: [
        {
          without: 'a timer of an earlier life forgets the new one',
          file: `${runtime}/engine/commands/fire-timer.ts`,
          find: "record.state.status === 'completed' && record.state.at + record.completionRetentionMs <= env.now",
          replace: "record.state.status === 'completed'",
          caughtBy: {
            file: `${runtime}/engine/second-life.test.ts`,
            title: 'is kept as long as it may be, whatever timers of its first life come due',
          },
        },
      ],
      alsoShownBy: [worlds],
    },
    {
      fault: 'A caller leaves, or its connection breaks',
      answer: 'The invocation goes on; the same idempotency key attaches to it.',
      protections: [
        {
          without: 'a caller whose partition restarted is not attached again',
          file: `${runtime}/submit-again.ts`,
          find: "unavailable.code === 'OUTCOME_UNKNOWN'",
          replace: 'unavailable.message === undefined',
          caughtBy: {
            file: `${runtime}/ingress/calls.test.ts`,
            title: 'a call whose outcome is unknown is repeated with the same id',
          },
        },
      ],
    },
  ],
};
