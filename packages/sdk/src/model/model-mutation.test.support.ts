/** Every way to change a program in one place that must not go unnoticed. */
import type { Op } from './model-program.test.support.ts';

export interface Mutation {
  readonly title: string;
  readonly ops: readonly Op[];
}

export function mutationsOf(ops: readonly Op[]): readonly Mutation[] {
  return [
    ...ops.map((op, index) => ({ title: `remove ${op.op} at ${index}`, ops: ops.toSpliced(index, 1) })),
    ...[...ops, undefined].map((_, index) => ({
      title: `add a step at ${index}`,
      ops: ops.toSpliced(index, 0, { op: 'step', name: 'added' }),
    })),
    ...ops.slice(1).flatMap((second, index) => swap(ops, index, second)),
    ...ops.flatMap((op, index) =>
      changesOf(op).map(([title, changed]) => ({
        title: `${title} of ${op.op} at ${index}`,
        ops: ops.with(index, changed),
      })),
    ),
  ];
}

function swap(ops: readonly Op[], index: number, second: Op): readonly Mutation[] {
  const first = ops[index];
  // Keyed steps may come in any order; the same twice is no change.
  if (first === undefined || JSON.stringify(first) === JSON.stringify(second)) return [];
  if (first.op === 'group' && second.op === 'group') return [];
  return [
    { title: `swap ${first.op} and ${second.op} at ${index}`, ops: ops.with(index, second).with(index + 1, first) },
  ];
}

function changesOf(op: Op): readonly (readonly [title: string, changed: Op])[] {
  switch (op.op) {
    case 'step':
      return [
        ['name', { ...op, name: `${op.name} again` }],
        ['arguments', { ...op, args: (op.args ?? 0) + 1 }],
        ['definition', { ...op, under: `${op.under ?? ''} changed` }],
      ];
    case 'sleep':
      return [['duration', { ...op, ms: op.ms + 1 }]];
    case 'get':
    case 'clear':
      return [['state key', { ...op, key: 'other' }]];
    case 'set':
      return [
        ['state key', { ...op, key: 'other' }],
        ['value', { ...op, value: op.value + 1 }],
      ];
    case 'call':
      return [
        ['target', { ...op, handler: 'other' }],
        ['parameter', { ...op, value: op.value + 1 }],
        ['kind', { ...op, op: 'send', delayMs: 0 }],
      ];
    case 'send':
      return [
        ['target', { ...op, handler: 'other' }],
        ['delay', { ...op, delayMs: op.delayMs + 1 }],
      ];
    case 'awakeable':
    case 'signal':
    case 'peek':
      return [['name', { ...op, name: 'other' }]];
    case 'complete':
      return [
        ['name', { ...op, name: 'other' }],
        ['value', { ...op, value: op.value + 1 }],
      ];
    case 'group':
      return op.members.flatMap((member, at) => [
        [`name of member ${at}`, { ...op, members: op.members.with(at, { ...member, name: 'other' }) }] as const,
        [
          `arguments of member ${at}`,
          { ...op, members: op.members.with(at, { ...member, args: member.args + 1 }) },
        ] as const,
        [`keys`, { ...op, id: `${op.id} other` }] as const,
        [`last member`, { ...op, members: op.members.slice(0, -1) }] as const,
      ]);
    default:
      return [];
  }
}
