import { services as callers } from './caller.ts';
import { services as cancellers } from './canceller.ts';
import { services as combiners } from './combiner.ts';
import { services as contents } from './contents.ts';
import { services as dice } from './dice.ts';
import { services as flaky } from './flaky.ts';
import { services as sleepers } from './sleeper.ts';
import { services as boxes } from './state-box.ts';
import { services as signups } from './signup.ts';
import { services as waiters } from './waiter.ts';

/** One endpoint with every kind of service, to run the core of the suite in every delivery mode. */
export const services = [
  ...callers,
  ...cancellers,
  ...combiners,
  ...contents,
  ...dice,
  ...flaky,
  ...sleepers,
  ...boxes,
  ...signups,
  ...waiters,
];
