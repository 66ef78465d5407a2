/** Lives one seed through: a while with every fault, then faults off, then everything must finish and everything must be right. */
import { Clients } from './clients.ts';
import { checkAlways, checkEnd, listInvocations } from './disk-checks.ts';
import { Operator } from './operator.ts';
import { ProgramMaker } from './program-maker.ts';
import { World } from './world.ts';
import type { WorldStatistics } from './world.ts';

export interface SimulationReport extends WorldStatistics {
  readonly seed: number;
  /** Each begins with the promise that was broken. */
  readonly violations: readonly string[];
  /** Equal for equal seeds. */
  readonly hash: string;
  /** What happened last, in lines for people. */
  readonly trace: readonly string[];
}

export interface SimulationOptions {
  /** How many lines of the trace are wanted. */
  readonly traceLines?: number;
  /** Only those about this. */
  readonly traceAbout?: string;
}

const CLIENTS_MAX = 25;
const FAULTS_MS = 20_000;
/** Virtual time to finish everything once faults are off: sleeps of 20 s follow each other in deep programs. */
const SETTLE_MS = 30 * 60_000;
const CHECK_EVERY_EVENTS = 500;
const TRACE_LINES = 30;

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationReport> {
  const life = new Life(seed);
  await life.live();
  const { statistics, trace, violations } = life.world;
  return {
    seed,
    ...statistics,
    violations,
    hash: trace.hash,
    trace: trace.tail(options.traceLines ?? TRACE_LINES, options.traceAbout),
  };
}

class Life {
  readonly world: World;
  readonly #clients: Clients;
  readonly #operator: Operator;
  /** Tasks that are not over. */
  readonly #open = new Set<string>();
  #events = 0;

  constructor(seed: number) {
    this.world = new World(seed, {
      onPublished: (invocation, awaited) => this.#clients.resolveLater(invocation, awaited),
      onPromiseAwaited: (workflow, name) => this.#clients.helpLater(workflow, name),
    });
    this.#clients = new Clients(this.world, new ProgramMaker(this.world.random));
    this.#operator = new Operator(this.world, this.#clients);
  }

  async live(): Promise<void> {
    const failed = (reason: unknown): void => this.world.violation('engine', `nobody caught: ${describe(reason)}`);
    process.on('unhandledRejection', failed);
    try {
      this.#begin();
      const outcome = await this.world.time.run(() => this.#isOver(), FAULTS_MS + SETTLE_MS);
      if (outcome !== 'done' && this.world.violations.length === 0)
        this.world.violation('liveness', this.#describeStuck(outcome));
      if (this.world.violations.length === 0) this.#checkEnd();
    } finally {
      process.off('unhandledRejection', failed);
    }
  }

  #begin(): void {
    const { time, random } = this.world;
    // Not waited for: a life that dies while it starts never comes back.
    void this.world.start();
    const registered = this.#promote('v1');
    this.#run('registration of v1', () => registered);
    const repeat = (name: string, count: number, task: () => Promise<void>): void => {
      for (let index = 0; index < count; index++) {
        const at = random.between(0, FAULTS_MS / 2);
        this.#run(`${name} ${index}`, () => registered.then(() => time.delay(at)).then(() => task()));
      }
    };
    repeat('client', random.between(3, CLIENTS_MAX), () => this.#clients.callOnce());
    repeat('modest client', random.between(0, 4), () => this.#clients.callOrGiveUp());
    repeat('clients together', random.between(0, 3), () => this.#clients.callTogether());
    repeat('ordered client', random.between(0, 2), () => this.#clients.callInOrder());
    this.#run('operator', () => this.#operate());
    this.#run('impatient operator', () => this.#operator.redoSome(random.between(0, 4), FAULTS_MS));
    this.#run('nemesis', () => this.#harm());
    const later = random.between(0, FAULTS_MS);
    // One after the other, as the registry of a runtime does it.
    this.#run('registration of v2', () => registered.then(() => time.delay(later)).then(() => this.#promote('v2')));
    this.#run('end of faults', async () => {
      await time.delay(FAULTS_MS);
      this.world.trace.note('faults are off');
      this.world.faulty = false;
    });
  }

  async #promote(name: string): Promise<void> {
    this.#clients.deployments.push(await this.world.promote(name));
  }

  #run(name: string, task: () => Promise<void>): void {
    this.#open.add(name);
    void task()
      .catch((error: unknown) => this.world.violation('world', describe(error)))
      .then(() => this.#open.delete(name));
  }

  #isOver(): boolean {
    if (this.world.violations.length > 0) return true;
    if (++this.#events % CHECK_EVERY_EVENTS === 0)
      checkAlways(this.world.disk.image, (promise, message) => this.world.violation(promise, message));
    return this.#open.size === 0 && !this.world.faulty && this.world.isQuiet;
  }

  async #operate(): Promise<void> {
    await this.#operator.meddle(FAULTS_MS);
    while (this.#open.size > 1 || this.world.faulty || !this.world.isQuiet) {
      await this.world.time.delay(500);
      if (!this.world.faulty) await this.#operator.putRight();
    }
  }

  async #harm(): Promise<void> {
    const { settings, time, random } = this.world;
    const calm = random.pick([500, 3_000, 100_000]);
    while (time.elapsedMs < FAULTS_MS) {
      await time.delay(random.between(1, calm));
      if (time.elapsedMs >= FAULTS_MS) return;
      const harm = random.next();
      if (harm < 0.4) this.world.crash();
      else if (harm < 0.6) await this.world.restartGracefully();
      else if (harm < 0.7 && settings.clockIsSet) time.setClock(random.between(-30_000, 30_000));
      else this.world.crashEndpoints();
    }
  }

  #checkEnd(): void {
    const { book, disk } = this.world;
    const violation = (promise: string, message: string): void => this.world.violation(promise, message);
    checkAlways(disk.image, violation);
    const forgetful = book.isForgetful;
    checkEnd(disk.image, { violation, isExact: (key) => !forgetful && !this.#operator.inexactKeys.has(key) });
    const records = new Map(listInvocations(disk.image).map((record) => [record.id, record]));
    for (const id of book.accepted.keys()) if (!records.has(id)) book.noteGone(id);
    for (const order of this.#clients.orders) {
      // Those that were cancelled or killed while they queued never started; those that were purged started again.
      const starts = order.flatMap((id) => (book.repeated.has(id) ? [] : (records.get(id)?.startedAt ?? [])));
      const isSorted = starts.every((startedAt, index) => startedAt >= (starts[index - 1] ?? 0));
      if (!isSorted && !this.world.settings.clockIsSet)
        violation('P7', `handlers of one key ran out of order: ${order.join(', ')}`);
    }
  }

  #describeStuck(outcome: 'empty' | 'late' | 'busy'): string {
    const open = listInvocations(this.world.disk.image).filter((record) => record.state.status !== 'completed');
    const examples = open
      .slice(0, 3)
      .map(
        (record) =>
          `${record.id} ${JSON.stringify(record.state)} epoch ${record.epoch} last failure ${record.lastFailure?.message ?? 'none'}`,
      );
    return `${STUCK[outcome]}: ${open.length} invocations and these tasks are not over: ${[...this.#open].join(', ')}. ${examples.join('; ')}`;
  }
}

const STUCK = {
  empty: 'nothing happens any more',
  late: 'it takes too long',
  busy: 'much happens and nothing ends',
} as const;

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
