import type { TargetName } from './target-command.ts';

/** A place where Holdfast differs from Restate on purpose. `docs/differences-from-restate.md` has one row for each. */
export interface Difference {
  /** What the row is about. */
  readonly subject: string;
  readonly restate: string;
  readonly holdfast: string;
  readonly why: string;
}

export const differences = {
  'paused-shows-last-failure': {
    subject: 'Last failure of a paused invocation',
    restate: 'is only in `sys_journal_events`; `sys_invocation.last_failure` is null',
    holdfast: 'stays in `sys_invocation.last_failure`',
    why: 'Whoever looks at a paused invocation wants to know why it is paused.',
  },
  'pin-at-acceptance': {
    subject: 'When an invocation is bound to a deployment',
    restate: 'with its first recorded command; until then a retry or wake-up goes to the newest deployment',
    holdfast: 'when it is accepted; it never moves by itself',
    why: 'Work that waits, is queued or delayed has been accepted under a version too.',
  },
  'calls-stay-in-deployment': {
    subject: 'Which version a call or send goes to',
    restate: 'the newest deployment of the callee',
    holdfast: "the caller's deployment if it serves the callee, else the current one",
    why: 'A version is tested with its own tools, not with the next ones.',
  },
  'restart-on-original': {
    subject: 'Default deployment of `restart-as-new`',
    restate: 'the newest',
    holdfast: 'that of the original invocation; `deployment=latest` asks for the current one',
    why: 'Running an input again must not change the code it runs on without being asked to.',
  },
  'delete-without-force': {
    subject: '`DELETE /deployments/{id}` without `force=true`',
    restate: 'is 501, always',
    holdfast: 'works when no work is pinned, else is 409 with the counts and the blockers',
    why: 'Removing a drained deployment is safe, removing another one must not happen by accident.',
  },
  'reregistration-looks': {
    subject: 'Registering an address again after its code has changed',
    restate: 'answers 200 with the stored deployment and does not look, unless forced',
    holdfast: 'always looks; a changed manifest is a new deployment',
    why: 'A deployment never changes, and nobody should be told "no changes" without a look.',
  },
  'mismatch-pauses': {
    subject: 'An attempt that does not fit the journal',
    restate: 'counts as a transient failure and is retried up to the maximum (70 times by default)',
    holdfast: 'pauses the invocation at once and says what was expected and what was found',
    why: 'Code does not change by being tried again.',
  },
  'protocol-version-7': {
    subject: 'Highest protocol version spoken by default',
    restate: '6; 7 needs an experimental flag, without it a deployment that speaks only 7 fails every attempt',
    holdfast: '7',
    why: 'There are no older clusters to be compatible with.',
  },
  'end-without-output': {
    subject: 'An attempt that ends without an output',
    restate: 'is not guarded: the server process exits, or the invocation stays `ready` for ever',
    holdfast: 'is a protocol violation of that attempt, which is retried',
    why: 'A faulty endpoint may hurt only its own invocations.',
  },
  'undecodable-frames': {
    subject: 'Frames that cannot be decoded or are of an unknown range',
    restate: 'some are written to the log undecoded and stop the partition at every replay',
    holdfast: 'are decoded before anything is stored; that attempt fails',
    why: 'A faulty endpoint may hurt only its own invocations.',
  },
  'ready-means-registered': {
    subject: 'Requests in the first moments after a start',
    restate: 'may be answered 404 "service not found" until the registry has been read',
    holdfast: 'the ingress does not listen, or answers 503, until the registry is loaded',
    why: 'A caller takes 404 as final and would drop its request.',
  },
  'reason-required': {
    subject: 'Editing state, and removing a deployment by force',
    restate: 'need no reason',
    holdfast: 'are 400 without a reason in the header `x-holdfast-reason`, which goes into the audit log',
    why: 'Whoever meets the result later must be able to learn who did it and why.',
  },
  'sql-dialect': {
    subject: 'SQL dialect of `POST /query`',
    restate: 'DataFusion',
    holdfast: 'SQLite; the views and columns have the same names where they mean the same',
    why: 'The embedded store is SQLite, and what it executes is what it is asked.',
  },
  'failure-code-as-status': {
    subject: "HTTP status of a handler's terminal error with a code below 400",
    restate: 'is that code',
    holdfast: 'is 500; the body has the code',
    why: 'An error must not look like a success or a redirect to a caller that reads only the status.',
  },
  'state-edit-of-busy-key': {
    subject: 'Editing the state of a key whose exclusive handler is at work',
    restate: 'is accepted, and applied when the key is free',
    holdfast: 'is 409',
    why: 'The state that the operator looked at is about to change.',
  },
} as const satisfies Record<string, Difference>;

export type DifferenceId = keyof typeof differences;

export type Outcomes<T> = Readonly<Record<TargetName, T>>;

export function expectedOn<T>(target: TargetName, id: DifferenceId, outcomes: Outcomes<T>): T {
  if (!(id in differences)) throw new Error(`"${id}" is not a listed difference.`);
  return outcomes[target];
}
