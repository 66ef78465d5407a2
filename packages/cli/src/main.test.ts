import { expect, test } from 'vitest';
import { runCommandLine } from './main.ts';
import { RecordingTerminal } from './recording-terminal.ts';

test('help that was asked for is a result', async () => {
  const terminal = new RecordingTerminal();

  expect(await runCommandLine(['invocations', '--help'], terminal)).toBe(0);
  expect(terminal.output).toContain('Usage: holdfast invocations|inv');
  expect(terminal.notes).toBe('');
});

test('no command at all is a wrong command and shows what there is', async () => {
  const terminal = new RecordingTerminal();

  expect(await runCommandLine([], terminal)).toBe(2);
  expect(terminal.output).toBe('');
  expect(terminal.notes).toContain('Usage: holdfast');
});

test('the version is a result', async () => {
  const terminal = new RecordingTerminal();

  expect(await runCommandLine(['--version'], terminal)).toBe(0);
  expect(terminal.output).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.for([
  [['services', 'lst'], "unknown command 'lst'\n(Did you mean list?)"],
  [['services', 'list', '--jsn'], "unknown option '--jsn'\n(Did you mean --json?)"],
  [['services', 'describe'], "missing required argument 'name'"],
  [
    ['invocations', 'restart', 'inv_1', '--from', '-1'],
    "option '--from <entry>' argument '-1' is invalid. Entries are numbered from 0.",
  ],
  [
    ['deployments', 'register', 'x', '--header', 'a'],
    "option '--header <name=value>' argument 'a' is invalid. Write it as name=value.",
  ],
] as const)('a wrong command has exit code 2: holdfast %s', async ([args, message]) => {
  const terminal = new RecordingTerminal();

  expect(await runCommandLine(args, terminal)).toBe(2);
  expect(terminal.notes).toBe(`${message}\nAdd --help to see what there is.\n[USAGE]\n`);
});

test('with --json a wrong command is JSON too', async () => {
  const terminal = new RecordingTerminal();

  expect(await runCommandLine(['sql', '--json'], terminal)).toBe(2);
  expect(JSON.parse(terminal.notes)).toEqual({
    error: {
      code: 'USAGE',
      message: "missing required argument 'query'",
      hint: 'Add --help to see what there is.',
      details: {},
    },
  });
});
