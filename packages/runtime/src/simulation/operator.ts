/** Somebody who meddles with invocations while they run, and puts everything right when faults are off. */
import { siblingInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import type { InvocationRecord } from '../engine/record.ts';
import type { Clients } from './clients.ts';
import { listInvocations } from './disk-checks.ts';
import { encode } from './handler-context.ts';
import { PROMISE } from './program-maker.ts';
import type { World } from './world.ts';

const BY = { actor: 'operator', reason: 'because' };
const ACTS = [
  'cancel',
  'kill',
  'pause',
  'pause',
  'resume',
  'move',
  'restart',
  'fork',
  'purge',
  'purgeJournal',
  'edit',
  'edit',
] as const;

export class Operator {
  readonly #world: World;
  readonly #clients: Clients;
  /** Keys whose state is no longer the sum of the journals that are left. */
  readonly inexactKeys: Set<string> = new Set();
  readonly #relieved = new Set<InvocationId>();
  /** Suspensions on a promise that somebody was reminded of. */
  readonly #reminded = new Set<string>();

  constructor(world: World, clients: Clients) {
    this.#world = world;
    this.#clients = clients;
  }

  async meddle(untilMs: number): Promise<void> {
    const { time, random } = this.#world;
    while (time.elapsedMs < untilMs) {
      await time.delay(random.between(20, 3_000));
      const record = this.#pick(this.#list(() => true));
      if (record !== undefined) await this.#act(random.pick(ACTS), record);
    }
  }

  /** Who resolves promises is left alone: nobody else would. */
  #list(isMeant: (record: InvocationRecord) => boolean): readonly InvocationRecord[] {
    return listInvocations(this.#world.disk.image).filter((one) => !this.#clients.helpers.has(one.id) && isMeant(one));
  }

  #pick(records: readonly InvocationRecord[]): InvocationRecord | undefined {
    const [first, ...rest] = records;
    return first === undefined ? undefined : this.#world.random.pick([first, ...rest]);
  }

  /** Resumes what is paused, ends what is endless, answers what nobody else will. Called again and again. */
  async putRight(): Promise<void> {
    for (const record of listInvocations(this.#world.disk.image)) {
      if (record.state.status === 'paused')
        await this.#world.insist(record.id, { kind: 'resume', invocation: record.id, deployment: 'keep', ...BY });
      else if (record.state.status === 'suspended') await this.#relieve(record, record.state.awaiting);
    }
  }

  async #act(act: (typeof ACTS)[number], record: InvocationRecord): Promise<void> {
    const { book, random, trace } = this.#world;
    const { id } = record;
    trace.note(`${id} operator: ${act}`);
    switch (act) {
      case 'cancel':
        book.ended.add(id);
        await this.#world.insist(id, { kind: 'cancel', invocation: id, ...BY });
        return;
      case 'kill':
        await this.#kill(id);
        return;
      case 'pause':
        await this.#world.insist(id, { kind: 'pause', invocation: id, ...BY });
        return;
      case 'resume':
        await this.#world.insist(id, { kind: 'resume', invocation: id, deployment: 'keep', ...BY });
        return;
      case 'move':
        book.moved.add(id);
        await this.#world.insist(id, { kind: 'resume', invocation: id, deployment: 'latest', ...BY });
        return;
      case 'restart':
        await this.#restart(record, 0);
        return;
      case 'fork':
        await this.#restart(record, random.between(1, 12));
        return;
      case 'purge':
        await this.#purge(record);
        return;
      case 'purgeJournal':
        this.#doubt(record);
        await this.#world.insist(id, { kind: 'purgeJournal', invocation: id, ...BY });
        return;
      case 'edit':
        await this.#edit();
    }
  }

  /** What is killed is over when the operator hears of it. */
  async #kill(id: InvocationId): Promise<void> {
    const { book } = this.#world;
    book.ended.add(id);
    const reply = await this.#world.insist(id, { kind: 'kill', invocation: id, ...BY });
    // A client that insists may have it accepted again as soon as it is forgotten.
    if (reply.kind === 'refused' || book.repeated.has(id) || book.isForgetful) return;
    const after = await this.#world.insist(id, { kind: 'attachCaller', invocation: id });
    if (after.kind === 'running') this.#world.violation('P1', `${id} was killed and is running`);
  }

  async #restart(record: InvocationRecord, from: number): Promise<void> {
    const { id } = record;
    if (from > 0) this.#doubt(record);
    const newId = siblingInvocationId(id, this.#world.random.bytes(16));
    const deployment = this.#world.random.pick(['keep', 'latest'] as const);
    await this.#world.insist(id, { kind: 'restart', invocation: id, newId, from, deployment, ...BY });
  }

  /** Somebody wants it done again, under the same name. */
  async #purge(record: InvocationRecord): Promise<void> {
    const { book, random } = this.#world;
    const { id } = record;
    this.#doubt(record);
    book.repeated.add(id);
    const reply = await this.#world.insist(id, { kind: 'purge', invocation: id, ...BY });
    const work = book.accepted.get(id);
    if (reply.kind === 'refused' || work === undefined || !random.chance(0.8)) return;
    await this.#clients.send(id, work.callee, { delayMs: random.pick([0, 0, 4_000]) });
  }

  /** Somebody impatient has some work done again as soon as it begins to look interesting. */
  async redoSome(count: number, untilMs: number): Promise<void> {
    const { time, random } = this.#world;
    for (let left = count; left > 0 && time.elapsedMs < untilMs;) {
      await time.delay(random.between(20, 400));
      if (await this.#redo()) left -= 1;
    }
  }

  /**
   * In one breath, so that the next life begins while everything that this one set going is still on its way. False when there is nothing
   * of interest.
   */
  async #redo(): Promise<boolean> {
    const { book, random, trace } = this.#world;
    const known = this.#list((one) => book.accepted.has(one.id));
    // Those that wait for what they called, or have just said something, have the most on its way.
    const waiting = known.filter((one) => one.state.status === 'suspended' && awaitsOthers(one));
    const speaking = known.filter((one) => one.state.status === 'running' && this.#world.heldUp.has(one.id));
    const record = this.#pick(waiting.length > 0 && random.chance(0.5) ? waiting : speaking);
    if (record === undefined) return false;
    const { id } = record;
    trace.note(`${id} operator: redo`);
    book.ended.add(id);
    await Promise.all([this.#world.insist(id, { kind: 'kill', invocation: id, ...BY }), this.#purge(record)]);
    return true;
  }

  /** Mostly of a key that somebody works on; when that is a workflow that runs, it is refused. */
  async #edit(): Promise<void> {
    const keyed = this.#list((one) => one.target.serviceKind !== 'service');
    const busy = keyed.filter(({ state }) => state.status !== 'completed');
    const record = this.#pick(this.#world.random.chance(0.8) && busy.length > 0 ? busy : keyed);
    if (record === undefined) return;
    const { service, key } = record.target;
    this.#doubt(record);
    const state = [['a', encode('edited')] as const];
    await this.#world.insist(record.id, { kind: 'editState', service, key, state, ...BY });
  }

  #doubt(record: InvocationRecord): void {
    this.inexactKeys.add(`${record.target.service}/${record.target.key}`);
  }

  async #relieve(
    record: InvocationRecord,
    awaiting: Extract<InvocationRecord['state'], { status: 'suspended' }>['awaiting'],
  ): Promise<void> {
    if (awaiting.namedSignals.includes('never')) return this.#endEndless(record);
    this.#remindOfPromise(record, awaiting.completions);
    // A restarted invocation has its own awakeables; those who knew of the first ones do not know these.
    if (record.invokedBy.kind !== 'restart') return;
    const result = { kind: 'success', value: encode('relief') } as const;
    for (const id of awaiting.signals)
      if (id > 1) await this.#clients.resolve(record.id, { kind: 'signal', id }, result);
    for (const name of awaiting.namedSignals)
      await this.#clients.resolve(record.id, { kind: 'namedSignal', name }, result);
  }

  /**
   * Its promise may have been resolved and forgotten with the workflow's run before it began to wait: a command can be held up for longer than
   * a short retention. Whoever knows resolves it again, once per suspension; the engine still has to know who waits.
   */
  #remindOfPromise(record: InvocationRecord, completions: readonly number[]): void {
    const suspension = `${record.id}/${record.createdAt}/${record.epoch}`;
    if (!completions.some((id) => record.journal.open[id] === 'getPromise') || this.#reminded.has(suspension)) return;
    this.#reminded.add(suspension);
    this.#clients.helpLater(record.target.key, PROMISE);
  }

  /** Ends the caller, once: what it called has to end with it. */
  async #endEndless(record: InvocationRecord): Promise<void> {
    const { invokedBy } = record;
    const id = invokedBy.kind === 'invocation' ? invokedBy.id : record.id;
    const root = id === record.id ? record : this.#world.findRecord(id);
    if (root === undefined || root.state.status === 'completed' || this.#relieved.has(id)) return;
    this.#relieved.add(id);
    if (this.#world.random.chance(0.5)) return this.#kill(id);
    this.#world.trace.note(`${id} operator: cancel at the end`);
    this.#world.book.ended.add(id);
    await this.#world.insist(id, { kind: 'cancel', invocation: id, ...BY });
  }
}

function awaitsOthers(record: InvocationRecord): boolean {
  return Object.values(record.journal.open).some((kind) => kind === 'call' || kind === 'attachInvocation');
}
