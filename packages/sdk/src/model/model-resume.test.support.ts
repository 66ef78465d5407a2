import { type Command, encodeCommand, encodeHex } from '@holdfast/protocol/wire';
import type { Entry, ModelAttempt } from './model-attempt.test.support.ts';
import { openAttempt, type World } from './model-runtime.test.support.ts';
import type { Op } from './model-program.test.support.ts';

const attemptsMax = 300;

/**
 * Cuts an invocation off behind its first `length` entries and goes on with exactly the events that happened after: the code must go on with exactly
 * the commands that it issued after. Answers what differed; undefined when nothing did.
 */
export async function resumeAlong(
  ops: readonly Op[],
  world: World,
  cut: { readonly journal: readonly Entry[]; readonly length: number },
): Promise<string | undefined> {
  const guide = { journal: cut.journal, position: cut.length };
  for (let attempts = 0; attempts < attemptsMax; attempts += 1) {
    const journal = cut.journal.slice(0, guide.position);
    const attempt = openAttempt(ops, world, { journal, seen: { executed: [], delays: [] } });
    const outcome = await follow(attempt, guide, world);
    if (outcome === 'ended') return guide.position === guide.journal.length ? undefined : 'it ended early';
    if (outcome !== 'suspended') return outcome;
    const before = guide.position;
    // It is woken at once by what happened while it was on its way.
    if (guide.journal.slice(journal.length, before).some(({ kind }) => kind === 'notification')) continue;
    while (guide.journal[guide.position]?.kind === 'notification') guide.position += 1;
    if (guide.position === before) return `it suspended at entry ${before}, where it went on before`;
  }
  return 'it does not end';
}

interface Guide {
  readonly journal: readonly Entry[];
  position: number;
}

async function follow(attempt: ModelAttempt, guide: Guide, world: World): Promise<string> {
  const commands: Command[] = [];
  const proposed = new Set<number>();
  let last: string | undefined;
  for (let step = 0; step < attemptsMax; step += 1) {
    await attempt.rest();
    const received = attempt.received.splice(0);
    for (const message of received) {
      if (message.kind === 'command') commands.push(message.command);
      else if (message.kind === 'proposeRunCompletion') proposed.add(message.completionId);
      else if (message.kind === 'error') return `it failed: ${message.message}`;
      else last = message.kind;
    }
    const before = guide.position;
    const difference = advance(guide, { commands, proposed, attempt, world, hasEnded: last === 'end' });
    if (difference !== undefined) return difference;
    if (last === 'end') return commands.length === 0 ? 'ended' : 'it did more than before';
    if (last === 'suspension') return 'suspended';
    if (received.length === 0 && guide.position === before) return `it is stuck at entry ${guide.position}`;
  }
  return 'it does not come to an end';
}

interface Progress {
  readonly commands: Command[];
  readonly proposed: ReadonlySet<number>;
  readonly attempt: ModelAttempt;
  readonly world: World;
  readonly hasEnded: boolean;
}

/** Lets happen what happened, as far as the code has come. */
function advance(guide: Guide, { commands, proposed, attempt, world, hasEnded }: Progress): string | undefined {
  for (; guide.position < guide.journal.length; guide.position += 1) {
    const entry = guide.journal[guide.position];
    if (entry === undefined) return undefined;
    if (entry.kind !== 'notification') {
      const found = commands.shift();
      if (found === undefined) return undefined;
      if (comparable(found) !== comparable(entry))
        return `entry ${guide.position} was ${entry.kind}, now ${found.kind}`;
      continue;
    }
    if (world.requestResponse) {
      // It happened while the attempt was on its way, which is told nothing.
      if (commands.length > 0) continue;
      return undefined;
    }
    const { id } = entry;
    if (entry.of !== 'run' || id.kind !== 'completion') attempt.deliver(entry);
    // A step that was cut off is executed again; its result is what it was, because closures of the model are pure.
    else if (!proposed.has(id.id)) {
      // The code ended without the result of a step that lost a race; this time it ended before the step did.
      if (!hasEnded) return undefined;
    } else if (world.version === 7) attempt.acknowledge(id.id);
    else attempt.deliver(entry);
  }
  return undefined;
}

/** Without what a clock decides. */
export function comparable(command: Command): string {
  if (command.kind === 'sleep') return encodeHex(encodeCommand({ ...command, wakeUpAt: 0 }));
  if (command.kind === 'oneWayCall') return encodeHex(encodeCommand({ ...command, invokeAt: 0 }));
  return encodeHex(encodeCommand(command));
}
