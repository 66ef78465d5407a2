import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import type { InvocationId } from '@holdfast/protocol';
import { AttemptScene, invocationNumber } from './attempt-scene.ts';
import { AttemptQueue } from './attempt-queue.ts';

const template = new AttemptScene().order();

test('the queue gives what an ordered list with removal would give', () => {
  const act = record({ kind: constantFrom('put', 'remove', 'take'), number: integer({ min: 0, max: 20 }) });
  assert(
    property(array(act, { maxLength: 3_000 }), (acts) => {
      const queue = new AttemptQueue();
      let model: InvocationId[] = [];
      for (const { kind, number } of acts) {
        const invocation = invocationNumber(number);
        if (kind === 'take') {
          expect(queue.take()?.invocation).toBe(model.shift());
        } else if (kind === 'remove') {
          queue.remove(invocation);
          model = model.filter((one) => one !== invocation);
        } else {
          queue.put({ ...template, invocation });
          if (!model.includes(invocation)) model.push(invocation);
        }
        expect(queue.size).toBe(model.length);
      }
    }),
    { numRuns: 50 },
  );
});
