import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import * as restate from '@restatedev/restate-sdk';
import { ToolLoopAgent, isStepCount, tool } from 'ai';
import { z } from 'zod';
import { durableSteps } from './durable-steps.ts';

export const transactionSchema = z.object({
  transaction: z.string().min(1),
  amount: z.number().positive(),
  payee: z.enum(['known', 'new']),
});
export type Transaction = z.infer<typeof transactionSchema>;

/** The part of the agent that differs between its versions: what the score means, and how it is computed. */
export interface RiskScore {
  /** What the model is told about the tool. The scale is stated here and nowhere else. */
  readonly description: string;
  compute(transaction: Transaction): number;
}

/** What a judged transaction is answered with. */
export interface Judgement {
  readonly transaction: string;
  readonly agentVersion: string;
  readonly score: number;
  readonly verdict: 'BLOCK' | 'APPROVE';
  readonly reason: string;
}

/** What the agent prints when it waits for a person; whoever has the awakeable's id can answer. */
export interface ReviewRequest {
  readonly transaction: string;
  readonly agentVersion: string;
  readonly score: number;
  readonly awakeable: string;
}

export const reviewRequestMark = 'review requested: ';

const instructions = 'You judge payments. Compute the risk score of the transaction, then answer BLOCK or APPROVE.';
const stepsMax = 5;

export type FraudAgent = ReturnType<typeof fraudAgent>;

/** The fraud agent as a durable service: an agent loop whose model calls, tool results and human review survive crashes. */
// The service's type is inferred from its handlers; callers derive their typed client from it.
// oxlint-disable-next-line typescript/explicit-module-boundary-types
export function fraudAgent({
  version,
  riskScore,
  modelUrl,
}: {
  version: string;
  riskScore: RiskScore;
  modelUrl: string;
}) {
  const provider = createOpenAICompatible({ name: 'local', baseURL: modelUrl });

  return restate.service({
    name: 'FraudAgent',
    handlers: {
      judge: async (ctx: restate.Context, input: Transaction): Promise<Judgement> => {
        const transaction = parseTransaction(input);
        const steps = durableSteps(ctx);
        let score: number | undefined;

        const agent = new ToolLoopAgent({
          model: steps.model(provider('rule-1')),
          instructions,
          tools: {
            compute_risk_score: tool({
              description: riskScore.description,
              inputSchema: transactionSchema,
              execute: (args) =>
                steps.tool(async () => {
                  score = await ctx.run('compute_risk_score', () => riskScore.compute(args));
                  await reviewByHuman(ctx, { transaction: args.transaction, agentVersion: version, score });
                  return score;
                }),
            }),
          },
          stopWhen: isStepCount(stepsMax),
          // The step retries, durably; a second retry inside it would only multiply the calls.
          maxRetries: 0,
        });

        const { text } = await agent.generate({ prompt: `Judge this transaction: ${JSON.stringify(transaction)}` });
        return readJudgement(text, { transaction: transaction.transaction, agentVersion: version, score });
      },
    },
  });
}

/**
 * Waits until a person has confirmed that the case may be decided, for as long as that takes.
 *
 * Nothing is recorded between the score and this wait: the invocation's next act is to be idle, perhaps for weeks.
 */
async function reviewByHuman(ctx: restate.Context, review: Omit<ReviewRequest, 'awakeable'>): Promise<void> {
  const { id, promise } = ctx.awakeable<{ approved: boolean; reviewer: string }>();
  const request: ReviewRequest = { ...review, awakeable: id };
  ctx.console.info(reviewRequestMark + JSON.stringify(request));

  const answer = await promise;
  if (!answer.approved) {
    throw new restate.TerminalError(`${answer.reviewer} did not release transaction ${review.transaction}.`);
  }
}

function parseTransaction(input: unknown): Transaction {
  const parsed = transactionSchema.safeParse(input);
  // Trying again cannot mend the caller's input.
  if (!parsed.success) throw new restate.TerminalError(z.prettifyError(parsed.error), { errorCode: 400 });
  return parsed.data;
}

function readJudgement(
  text: string,
  known: { transaction: string; agentVersion: string; score: number | undefined },
): Judgement {
  const verdict = /^(BLOCK|APPROVE)\b/u.exec(text)?.[1];
  if ((verdict !== 'BLOCK' && verdict !== 'APPROVE') || known.score === undefined) {
    throw new restate.TerminalError(`The model gave no verdict on transaction ${known.transaction}: "${text}"`);
  }
  return { ...known, score: known.score, verdict, reason: text };
}
