import { connect } from '@restatedev/restate-sdk-clients';
import type { Ingress } from '@restatedev/restate-sdk-clients';
import { waitUntil } from '@holdfast/testing';
import type { FraudAgent, Judgement, Transaction } from './agent/fraud-agent.ts';
import { operatorAt } from './operator.ts';
import type { Operator } from './operator.ts';
import type { RunningAgent, Stage } from './stage.ts';

/** Prints one paragraph of the story. */
export type Tell = (text: string) => void;

const firstTransaction: Transaction = { transaction: 'tx-1001', amount: 9_500, payee: 'new' };
const secondTransaction: Transaction = { transaction: 'tx-1002', amount: 7_200, payee: 'new' };
const reviewer = 'Dana';

/**
 * Plays the story and checks every turn of it; throws a sentence when one comes out otherwise.
 *
 * An agent records a score under one manual and waits for a person. Meanwhile a version with another manual becomes
 * current and the runtime dies. Who reads the recorded score when the person answers?
 */
export async function playStory(stage: Stage, tell: Tell): Promise<void> {
  const { server } = stage;
  const operator = operatorAt(server.adminUrl);
  const ingress = connect({ url: server.ingressUrl });
  tell(`${server.name} runs as process ${server.pid}, with its data in ${stage.dataFolder}.`);

  const v1 = await stage.startAgent('v1');
  const v1Deployment = await operator.register(v1.url);
  tell(
    `Version 1 of the fraud agent is registered as ${v1Deployment}, at ${v1.url}.\nIts manual says: the risk score goes from 0 to 10.`,
  );

  const first = await judge({ ingress, operator, agent: v1, transaction: firstTransaction });
  expectEqual('the deployment that the first invocation is pinned to', first.deployment, v1Deployment);
  expectEqual('the score of version 1', first.score, 8);
  tell(
    `Transaction ${firstTransaction.transaction} became invocation ${first.invocation}, pinned to ${first.deployment}.\n` +
      `The tool's result is recorded: 8. The agent's next act is to wait for a person.`,
  );

  const v2 = await stage.startAgent('v2');
  const v2Deployment = await operator.register(v2.url);
  tell(
    `Version 2 is registered as ${v2Deployment}, at ${v2.url}, and is current.\nIts manual says: the risk score goes from 0 to 100.`,
  );

  const killed = server.pid;
  await server.kill();
  await server.restart();
  const afterCrash = await waitUntil(`${first.invocation} is found again`, () => operator.findPin(first.invocation));
  expectEqual('the pin of the first invocation after the crash', afterCrash.deployment, v1Deployment);
  tell(
    `${server.name} was killed with SIGKILL (process ${killed}) and started again on the same data (process ${server.pid}).\nThe invocation is still there: ${afterCrash.status}, pinned to ${v1Deployment}.`,
  );

  const firstJudgement = await release(ingress, first);
  expectJudgement(firstJudgement, { agentVersion: 'v1', score: 8, verdict: 'BLOCK' });
  expectEqual('the manual that the model was last sent', lastDescription(stage), 'from 0 to 10');
  tell(
    `${reviewer} approved the review. Version 1 finished what it began and said:\n` +
      `"${firstJudgement.reason}"\n` +
      `By the manual of version 2 the same 8 would have been 8 percent, and the fraud approved.`,
  );

  const second = await judge({ ingress, operator, agent: v2, transaction: secondTransaction });
  expectEqual('the deployment that the second invocation is pinned to', second.deployment, v2Deployment);
  const secondJudgement = await release(ingress, second);
  expectJudgement(secondJudgement, { agentVersion: 'v2', score: 80, verdict: 'BLOCK' });
  tell(
    `A new transaction, ${secondTransaction.transaction}, became ${second.invocation} and went to version 2, ${second.deployment}.\n` +
      `It said: "${secondJudgement.reason}"`,
  );
}

interface PendingJudgement {
  readonly invocation: string;
  readonly deployment: string;
  readonly score: number;
  readonly awakeable: string;
}

/** Sends a transaction to the agent and waits until it waits for a person. */
async function judge({
  ingress,
  operator,
  agent,
  transaction,
}: {
  ingress: Ingress;
  operator: Operator;
  agent: RunningAgent;
  transaction: Transaction;
}): Promise<PendingJudgement> {
  const { invocationId } = await ingress.serviceSendClient<FraudAgent>({ name: 'FraudAgent' }).judge(transaction);
  const review = await agent.waitForReviewRequest(transaction.transaction);
  const pin = await waitUntil(`${invocationId} shows its pin`, () => operator.findPin(invocationId));
  return { invocation: invocationId, deployment: pin.deployment, score: review.score, awakeable: review.awakeable };
}

/** Answers the agent's question as the reviewer, and waits for the verdict. */
async function release(ingress: Ingress, pending: PendingJudgement): Promise<Judgement> {
  await ingress.resolveAwakeable(pending.awakeable, { approved: true, reviewer });
  return ingress.result<Judgement>({ invocationId: pending.invocation, status: 'Accepted', attachable: true });
}

function lastDescription(stage: Stage): string | undefined {
  const description = stage.model.answered.at(-1)?.tools[0]?.description;
  return /from 0 to \d+/u.exec(description ?? '')?.[0];
}

function expectJudgement(found: Judgement, expected: Pick<Judgement, 'agentVersion' | 'score' | 'verdict'>): void {
  expectEqual(`the version that judged ${found.transaction}`, found.agentVersion, expected.agentVersion);
  expectEqual(`the score of ${found.transaction}`, found.score, expected.score);
  expectEqual(`the verdict on ${found.transaction}`, found.verdict, expected.verdict);
}

function expectEqual<T>(what: string, found: T, expected: T): void {
  if (found !== expected) throw new Error(`Expected ${what} to be ${String(expected)}, but it is ${String(found)}.`);
}
