/**
 * Tells the story that Holdfast exists for, with real processes, in well under a minute:
 *
 *     npm run demo
 *
 * Exits with 0 if every turn of the story came out right, else with 1 and the reason. `--restate BINARY` plays the same
 * story on a Restate server.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitOnSignals, holdfastProgram, restateProgram } from '@holdfast/testing';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { playStory } from './story.ts';

const timeLimitMs = 55_000;
const holdfastCommand = fileURLToPath(new URL('../../../packages/cli/bin/holdfast.js', import.meta.url));

const { values } = parseArgs({ options: { restate: { type: 'string' } } });
const program = values.restate === undefined ? holdfastProgram(holdfastCommand) : restateProgram(values.restate);

exitOnSignals();
let stage: Stage | undefined;
const timer = setTimeout(
  () => fail(new Error(`The story did not end within ${timeLimitMs / 1_000} seconds.`)),
  timeLimitMs,
);

console.log('An agent scores a payment, waits for a person, and is redeployed with another scale meanwhile.\n');
let turn = 0;
try {
  stage = await openStage(program);
  await playStory(stage, (text) => console.log(`${++turn}. ${text.replaceAll('\n', '\n   ')}\n`));
} catch (error) {
  fail(error);
}
clearTimeout(timer);

console.log(`What to try next
  Read how the agent is made, and what the two versions differ in:  examples/fraud-agent/README.md
  See what else goes wrong elsewhere, side by side:                 npm run catalogue
  Start a runtime for your own services:                            npx holdfast up`);
process.exit(0);

function fail(error: unknown): never {
  console.error(`The demo failed after ${turn} turns: ${error instanceof Error ? error.message : String(error)}`);
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause))
    console.error(`because: ${cause.message}`);
  if (stage !== undefined) console.error(`\nThe last output of its processes:\n${stage.lastLines()}`);
  process.exit(1);
}

function causeOf(error: unknown): Error | undefined {
  return error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
}
