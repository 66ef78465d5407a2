import { expect, test } from 'vitest';
import { RecordingTerminal } from './recording-terminal.ts';
import { formatFields, formatTable } from './table.ts';

const terminal = new RecordingTerminal();

test('columns are aligned and lines have no blanks at their end', () => {
  const table = formatTable(
    terminal,
    ['ID', 'STATUS', 'REASON'],
    [
      ['inv_1', 'backing-off', ''],
      ['inv_22', 'paused', 'why not'],
    ],
  );

  expect(table).toBe(
    [
      'ID      STATUS       REASON', //
      'inv_1   backing-off',
      'inv_22  paused       why not',
    ].join('\n'),
  );
});

test('letters that take two columns are counted as two', () => {
  const table = formatTable(
    terminal,
    ['KEY', 'N'],
    [
      ['注文', '1'],
      ['🙂', '2'],
      ['é', '3'],
    ],
  );

  expect(table).toBe(['KEY   N', '注文  1', '🙂    2', 'é     3'].join('\n'));
});

test('a cell cannot break its line', () => {
  expect(formatTable(terminal, ['A'], [['x\ny']])).toBe('A\nx\\ny');
});

test('further lines of a field stand below its first, and absent fields are left out', () => {
  const fields = formatFields(terminal, [
    ['id', 'inv_1'],
    ['key', undefined],
    ['message', 'one\ntwo'],
  ]);

  expect(fields).toBe(['id       inv_1', 'message  one', '         two'].join('\n'));
});
