/** Main module of the load generator's process. */
import { answerQuestions } from '../child-port.ts';
import { runBurst } from './burst.ts';
import { runClosedLoop } from './closed-loop.ts';
import type { LoadQuestions } from './load-question.ts';

answerQuestions<LoadQuestions>({ closedLoop: runClosedLoop, burst: runBurst });
