import type { Scenario } from './scenario.ts';
import { callLeavesTheVersion } from './scenarios/c06-call-leaves-the-version.ts';
import { approvalByAnotherPolicy } from './scenarios/c07-approval-by-another-policy.ts';
import { waitingIsNotPinned } from './scenarios/c10-waiting-is-not-pinned.ts';
import { acceptedWorkMoves } from './scenarios/c11-accepted-work-moves.ts';
import { moveLeavesNoTrace } from './scenarios/c13-move-leaves-no-trace.ts';
import { mismatchIsRetried } from './scenarios/c14-mismatch-is-retried.ts';

/** Every scenario of the catalogue, in the order of its table. */
export const scenarios: readonly Scenario[] = [
  callLeavesTheVersion,
  approvalByAnotherPolicy,
  waitingIsNotPinned,
  acceptedWorkMoves,
  moveLeavesNoTrace,
  mismatchIsRetried,
];
