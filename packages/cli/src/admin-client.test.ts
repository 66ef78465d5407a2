import { userInfo } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { runCommandLine } from './main.ts';
import { RecordingTerminal } from './recording-terminal.ts';
import { openScriptedAdmin } from './scripted-admin.ts';
import type { ScriptedAdmin } from './scripted-admin.ts';

const opened: ScriptedAdmin[] = [];

afterEach(async () => {
  for (const admin of opened.splice(0)) await admin.close();
});

async function answering(status: number, body: unknown): Promise<ScriptedAdmin> {
  const admin = await openScriptedAdmin(status, body);
  opened.push(admin);
  return admin;
}

async function closedUrl(): Promise<string> {
  const admin = await openScriptedAdmin(200, '');
  await admin.close();
  return admin.url;
}

test('exit code 3 says that no runtime answers', async () => {
  const terminal = new RecordingTerminal();
  const url = await closedUrl();

  const exitCode = await runCommandLine(['services', 'list', '--admin-url', url], terminal);

  expect(exitCode).toBe(3);
  expect(terminal.output).toBe('');
  expect(terminal.notes).toBe(
    [
      `No runtime answers at ${url} (ECONNREFUSED).`,
      'Start one with "holdfast up", or name its address with --admin-url or HOLDFAST_ADMIN_URL.',
      '[RUNTIME_UNREACHABLE]\n',
    ].join('\n'),
  );
});

test('with --json a failure is JSON on standard error', async () => {
  const terminal = new RecordingTerminal();
  const url = await closedUrl();

  const exitCode = await runCommandLine(['services', 'list', '--json', '--admin-url', url], terminal);

  expect(exitCode).toBe(3);
  expect(terminal.output).toBe('');
  expect(JSON.parse(terminal.notes)).toEqual({
    error: {
      code: 'RUNTIME_UNREACHABLE',
      message: `No runtime answers at ${url} (ECONNREFUSED).`,
      hint: 'Start one with "holdfast up", or name its address with --admin-url or HOLDFAST_ADMIN_URL.',
      details: { adminUrl: url },
    },
  });
});

test('several ids stop at a runtime that cannot be reached', async () => {
  const terminal = new RecordingTerminal();
  const url = await closedUrl();

  const exitCode = await runCommandLine(['invocations', 'cancel', 'inv_1a', 'inv_1b', '--admin-url', url], terminal);

  expect(exitCode).toBe(3);
  expect(terminal.notes.match(/RUNTIME_UNREACHABLE/g)).toHaveLength(1);
});

test.for([
  ['a page', 200, '<html>', 'it answered 200 with a body that is not JSON'],
  ['an error page', 502, '<html>', 'it answered 502 with a body that is not JSON'],
  ['an error without a code', 500, { message: 'no' }, 'it answered 500 without a code'],
  ['an answer of another shape', 200, { services: 'many' }, 'Invalid input: expected array, received string'],
] as const)('%s is told from an answer of the runtime', async ([, status, body, why]) => {
  const admin = await answering(status, body);
  const terminal = new RecordingTerminal({ environment: { HOLDFAST_ADMIN_URL: admin.url } });

  const exitCode = await runCommandLine(['services', 'list'], terminal);

  expect(exitCode).toBe(3);
  expect(terminal.notes).toContain(`What answers at ${admin.url} is not a Holdfast runtime of this release: `);
  expect(terminal.notes).toContain(why);
  expect(terminal.notes).toContain('[ANSWER_NOT_UNDERSTOOD]');
});

test.for([
  ['is refused', 409, 4],
  ['is forbidden', 403, 4],
  ['was wrong', 422, 2],
  ['finds the runtime not ready', 503, 3],
  ['fails', 500, 1],
] as const)('a code that is not known yet has the exit code of its status: it %s', async ([, status, expected]) => {
  const admin = await answering(status, { code: 'OF_A_LATER_RELEASE', message: 'It is so.', hint: 'Do that.' });
  const terminal = new RecordingTerminal();

  const exitCode = await runCommandLine(['services', 'list', '--admin-url', `${admin.url}/`], terminal);

  expect(exitCode).toBe(expected);
  expect(terminal.notes).toBe('It is so.\nDo that.\n[OF_A_LATER_RELEASE]\n');
});

test('what the runtime says cannot paint the terminal', async () => {
  const admin = await answering(404, { code: 'SERVICE_NOT_FOUND', message: 'no\u001b[2J', hint: 'look\u0007' });
  const terminal = new RecordingTerminal({ environment: { HOLDFAST_ADMIN_URL: admin.url } });

  await runCommandLine(['services', 'describe', 'x'], terminal);

  expect(terminal.notes).toBe('no\\u001b[2J\nlook\\u0007\n[SERVICE_NOT_FOUND]\n');
});

test('an act carries who acts and why, in any language', async () => {
  const admin = await answering(200, { invocation_id: 'inv_1a', outcome: 'done' });
  const terminal = new RecordingTerminal({ environment: { HOLDFAST_ADMIN_URL: admin.url } });

  await runCommandLine(['invocations', 'pause', 'inv_1/a', '--reason', 'Übergabe 注文'], terminal);

  const [request] = admin.requests;
  expect(request?.line).toBe('PATCH /invocations/inv_1%2Fa/pause');
  expect(decodeURIComponent(String(request?.headers['x-holdfast-actor']))).toBe(userInfo().username);
  expect(decodeURIComponent(String(request?.headers['x-holdfast-reason']))).toBe('Übergabe 注文');
});

test('--admin-url goes before HOLDFAST_ADMIN_URL', async () => {
  const asked = await answering(200, { services: [] });
  const other = await answering(200, { services: [] });
  const terminal = new RecordingTerminal({ environment: { HOLDFAST_ADMIN_URL: other.url } });

  await runCommandLine(['services', 'list', '--admin-url', asked.url], terminal);

  expect([asked.requests.length, other.requests.length]).toEqual([1, 0]);
});

test.for(['localhost:9070', 'nonsense', 'ftp://x', 'http://ada:secret@x'])(
  'an admin address that cannot be used is a wrong command: %s',
  async (url) => {
    const terminal = new RecordingTerminal();

    const exitCode = await runCommandLine(['services', 'list', '--admin-url', url], terminal);

    expect(exitCode).toBe(2);
    expect(terminal.notes).toBe(
      `"${url}" is no address of an admin API.\nWrite it like http://127.0.0.1:9070.\n[USAGE]\n`,
    );
  },
);
