/**
 * Restart as new: a new invocation with the input of a completed one, or with a prefix of its journal. It stays on the original's
 * deployment unless told otherwise, because a prefix was recorded under that deployment's manual.
 */
import { decodeStoredEntry, splitFrames } from '@holdfast/protocol';
import type { Command, DeploymentId, Notification } from '@holdfast/protocol';
import type { RestartInvocation, RestartReply } from '../command.ts';
import type { Env } from '../env.ts';
import { EMPTY_JOURNAL, completionsOf } from '../fold-journal.ts';
import type { InvocationRecord } from '../record.ts';
import { refuse } from '../refusal.ts';
import { admitInvocation } from '../rules/admit-invocation.ts';
import { enterState } from '../rules/change-state.ts';
import { refuseTakeOver } from '../rules/decide-pin.ts';
import { randomSeed } from '../rules/random-seed.ts';
import type { Transaction } from '../transaction.ts';
import { auditAct, notFound, refused } from './act-on-invocation.ts';

/** Prefixes carry failure metadata and a seed in Start, which V5 does not know. */
const PREFIX_VERSION_MIN = 6;

interface StoredEntry {
  readonly entry: Command | Notification;
  readonly frame: Uint8Array;
}

export function restart(tx: Transaction, env: Env, command: RestartInvocation): RestartReply {
  const source = tx.invocation(command.invocation);
  if (source === undefined) return refused(notFound(command.invocation));
  const refusal = checkSource(source, command);
  if (refusal !== undefined) return refused(refusal);
  // A repeat after an unknown outcome finds what it made.
  if (tx.invocation(command.newId) !== undefined) return { kind: 'done', newId: command.newId };

  const target =
    command.deployment === 'keep'
      ? source.pin.deployment
      : command.deployment === 'latest'
        ? currentOf(env, source)
        : command.deployment;
  const deployment = env.registry.deployments.get(target);
  if (deployment === undefined) {
    return refused(
      refuse(
        'DEPLOYMENT_NOT_FOUND',
        `There is no deployment ${target}.`,
        'List them with "holdfast deployments list".',
        { deployment: target },
      ),
    );
  }
  const unsuitable = refuseTakeOver(deployment, source);
  if (unsuitable !== undefined) return refused(unsuitable);
  const prefix = selectPrefix(source, tx.journal(source.id), command.from);
  if (prefix.kind === 'refused') return prefix;

  let record = createRestarted(env, command, source, target);
  enterState(tx, record);
  for (const { entry, frame } of prefix.entries) record = tx.append(record, entry, frame, env.now);
  admitInvocation(tx, env, record);
  auditAct(tx, env, command, source);
  return { kind: 'done', newId: command.newId };
}

function checkSource(source: InvocationRecord, command: RestartInvocation): ReturnType<typeof refuse> | undefined {
  const details = { invocation: source.id, status: source.state.status };
  if (source.state.status === 'scheduled' || source.state.status === 'pending') {
    return refuse(
      'INVOCATION_NOT_STARTED',
      `Invocation ${source.id} has not started.`,
      'Wait for it, or cancel it and send the call again.',
      details,
    );
  }
  if (source.state.status !== 'completed') {
    return refuse(
      'INVOCATION_NOT_COMPLETED',
      `Invocation ${source.id} is ${source.state.status}; only a completed one can be restarted.`,
      'Cancel or kill it first.',
      details,
    );
  }
  if (source.target.handlerKind === 'run') {
    return refuse(
      'WORKFLOW_RESTART_REFUSED',
      `${source.id} is the run of workflow ${source.target.service}/${source.target.key}, which runs once.`,
      'Purge it and start the workflow again, or use another key.',
      details,
    );
  }
  if (!source.state.journalKept) {
    return refuse(
      'JOURNAL_GONE',
      `The journal of invocation ${source.id} is no longer kept.`,
      'Send the call again with its input.',
      details,
    );
  }
  if (command.from > 0 && source.pin.protocolVersion < PREFIX_VERSION_MIN) {
    return refuse(
      'DEPLOYMENT_UNSUITABLE',
      `Invocation ${source.id} speaks protocol version ${source.pin.protocolVersion}; a journal prefix needs ${PREFIX_VERSION_MIN}.`,
      'Restart it from its input (from=0).',
      details,
    );
  }
  return undefined;
}

function currentOf(env: Env, source: InvocationRecord): DeploymentId {
  return env.registry.services.get(source.target.service)?.current ?? source.pin.deployment;
}

/** Entries `[0, from]`, and the later completions of the commands among them. A command whose completion is missing cannot be copied. */
function selectPrefix(
  source: InvocationRecord,
  journal: readonly Uint8Array[],
  from: number,
): { readonly kind: 'prefix'; readonly entries: readonly StoredEntry[] } | ReturnType<typeof refused> {
  const all = journal.flatMap((bytes) =>
    splitFrames(bytes).map((frame): StoredEntry => ({ entry: decodeStoredEntry(frame), frame: frame.bytes })),
  );
  if (from >= all.length) {
    return refused(
      refuse(
        'JOURNAL_PREFIX_INCOMPLETE',
        `The journal of ${source.id} has ${all.length} entries; there is no entry ${from}.`,
        `Choose from=0 to ${all.length - 1}.`,
        { invocation: source.id, from, length: all.length },
      ),
    );
  }
  const open = new Set<number>();
  const entries: StoredEntry[] = [];
  for (const [index, stored] of all.entries()) {
    if (stored.entry.kind === 'notification') {
      const wanted =
        stored.entry.id.kind === 'completion' ? open.delete(stored.entry.id.id) || index <= from : index <= from;
      if (wanted) entries.push(stored);
    } else if (index <= from && stored.entry.kind !== 'output') {
      for (const [id] of completionsOf(stored.entry)) open.add(id);
      entries.push(stored);
    }
  }
  if (open.size === 0) return { kind: 'prefix', entries };
  const missing = [...open].join(', ');
  return refused(
    refuse(
      'JOURNAL_PREFIX_INCOMPLETE',
      `Entries 0 to ${from} of ${source.id} hold commands whose results are missing (completions ${missing}).`,
      'Choose an earlier entry.',
      { invocation: source.id, from, missing },
    ),
  );
}

function createRestarted(
  env: Env,
  command: RestartInvocation,
  source: InvocationRecord,
  target: DeploymentId,
): InvocationRecord {
  return {
    id: command.newId,
    target: source.target,
    pin: { ...source.pin, deployment: target },
    versions: [
      {
        deployment: target,
        at: env.now,
        fromEntry: 0,
        by: command.actor,
        reason: `restart of ${source.id}${command.reason === '' ? '' : `: ${command.reason}`}`,
      },
    ],
    state: { status: 'scheduled', startAt: env.now },
    epoch: 0,
    journal: EMPTY_JOURNAL,
    retry: { sinceLastCommand: 0, since: env.now, budgetUsed: 0 },
    invokedBy: { kind: 'restart', of: source.id },
    moreSinks: 0,
    // A prefix recorded values drawn from the seed, so it goes with the prefix.
    randomSeed: command.from > 0 ? source.randomSeed : randomSeed(command.newId, env.now),
    completionRetentionMs: source.completionRetentionMs,
    journalRetentionMs: source.journalRetentionMs,
    createdAt: env.now,
    modifiedAt: env.now,
  };
}
