import { expect, test } from 'vitest';
import { replyTo } from './fraud-model.ts';
import type { Conversation } from './fraud-model.ts';

const ofTen = 'Scores a transaction from 0 to 10, where 10 is certain fraud.';
const ofHundred = 'Scores a transaction from 0 to 100, where 100 is certain fraud.';

test('without a score in the conversation the model calls the scoring tool with what the user wrote', () => {
  const reply = replyTo(conversation({ description: ofTen, results: [] }));

  expect(reply).toEqual({ kind: 'call', tool: 'compute_risk_score', args: { transaction: 'tx-1' } });
});

test('the same 8 blocks on a scale of ten and passes on a scale of a hundred', () => {
  const results = [{ tool: 'compute_risk_score', text: '8' }];

  const read = (description: string): unknown => replyTo(conversation({ description, results }));

  expect(read(ofTen)).toMatchObject({ kind: 'verdict', verdict: 'BLOCK', score: 8, scale: 10 });
  expect(read(ofHundred)).toMatchObject({ kind: 'verdict', verdict: 'APPROVE', score: 8, scale: 100 });
});

test('exactly 70 percent still passes', () => {
  const reply = replyTo(
    conversation({ description: ofHundred, results: [{ tool: 'compute_risk_score', text: '{"score":70}' }] }),
  );

  expect(reply).toMatchObject({
    verdict: 'APPROVE',
    text: 'APPROVE: compute_risk_score gave 70 on a scale of 0 to 100, that is 70 percent.',
  });
});

test('the newest score counts, and results of other tools do not', () => {
  const results = [
    { tool: 'compute_risk_score', text: '1' },
    { tool: 'compute_risk_score', text: '9' },
    { tool: 'look_up_customer', text: '3' },
  ];

  expect(replyTo(conversation({ description: ofTen, results }))).toMatchObject({ verdict: 'BLOCK', score: 9 });
});

test('a description without a scale is refused, because judging by a guess is the fault this model exists to show', () => {
  expect(replyTo(conversation({ description: 'Scores a transaction.', results: [] }))).toEqual({
    kind: 'refusal',
    code: 'NO_SCALE',
    message: 'None of the 1 tools sent has a description that states a scale such as "0 to 10".',
  });
});

test('a required argument that the user did not give is refused by name', () => {
  const reply = replyTo({ ...conversation({ description: ofTen, results: [] }), userText: 'Judge it. {"amount":1}' });

  expect(reply).toEqual({
    kind: 'refusal',
    code: 'NO_ARGUMENT',
    message: 'The tool compute_risk_score requires "transaction", and no JSON object in the user\'s message has it.',
  });
});

test('a result that holds no number is refused', () => {
  const reply = replyTo(
    conversation({ description: ofTen, results: [{ tool: 'compute_risk_score', text: 'Error: no such account' }] }),
  );

  expect(reply).toEqual({
    kind: 'refusal',
    code: 'UNREADABLE_RESULT',
    message: 'The result of compute_risk_score is neither a number nor an object with a number "score".',
  });
});

function conversation(parts: Pick<Conversation, 'results'> & { description: string }): Conversation {
  return {
    tools: [
      {
        name: 'compute_risk_score',
        description: parts.description,
        properties: ['transaction'],
        required: ['transaction'],
      },
    ],
    userText: 'Judge this transaction: {"transaction":"tx-1","amount":9500}',
    results: parts.results,
  };
}
