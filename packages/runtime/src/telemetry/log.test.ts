import { expect, test } from 'vitest';
import { pino } from 'pino';
import { logOptions } from './log.ts';
import { readableLines } from './readable-lines.ts';

function written(log: (logger: pino.Logger) => void, readable = false): string {
  let text = '';
  const output = { write: (line: string) => void (text += line) };
  log(pino(logOptions('debug'), readable ? readableLines(output) : output));
  return text;
}

test('a secret is never written, wherever in the fields it stands', () => {
  const text = written((log) =>
    log.info(
      {
        authorization: 'Bearer s3cret',
        headers: { cookie: 's3cret', 'x-api-key': 's3cret' },
        a: { b: { token: 's3cret' } },
      },
      'a request came',
    ),
  );

  expect(text).not.toContain('s3cret');
  expect(text).toContain('[redacted]');
});

test('an error is written with its code and cause', () => {
  const error = Object.assign(new Error('no space', { cause: new Error('ENOSPC') }), { code: 'STORE_FULL' });

  const line = JSON.parse(written((log) => log.error({ error }, 'a commit failed'))) as Record<string, unknown>;

  expect(line).toMatchObject({ level: 'error', msg: 'a commit failed', error: { code: 'STORE_FULL' } });
  expect(JSON.stringify(line)).toContain('ENOSPC');
});

test('what others sent cannot start a line or move the cursor', () => {
  const text = written((log) => log.warn({ path: '/a\nforged line\u001b[2J' }, 'odd path'), true);

  expect(text.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(text).toMatch(/^\d\d:\d\d:\d\d warn {2}odd path path=/);
});
