/** Lives one seed through: a while with every fault, then faults off, then everything must finish and everything must be right. */
import { siblingInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import { checkAlways, checkEnd, listInvocations } from './disk-checks.ts';
import { ProgramMaker } from './program.ts';
import type { Callee } from './program.ts';
import { World } from './world.ts';
import type { WorldStatistics } from './world.ts';

export interface SimulationReport extends WorldStatistics {
  readonly seed: number;
  /** Each begins with the promise that was broken. */
  readonly violations: readonly string[];
  /** Equal for equal seeds. */
  readonly hash: string;
}

const CLIENTS_MAX = 25;
const FAULTS_MS = 20_000;
/** Virtual time to finish everything once faults are off: sleeps of 20 s follow each other in deep programs. */
const SETTLE_MS = 30 * 60_000;
const CHECK_EVERY_EVENTS = 150;

export async function simulate(seed: number): Promise<SimulationReport> {
  const world = await simulateWorld(seed);
  return { seed, ...world.statistics, violations: world.violations, hash: world.hash };
}

/** The world as it stands at the end, for a closer look. */
export async function simulateWorld(seed: number): Promise<World> {
  const world = new World(seed);
  await new Life(world).live();
  return world;
}

class Life {
  readonly #world: World;
  readonly #programs: ProgramMaker;
  /** Ids in the order in which one client had them accepted, by key. */
  readonly #orders: InvocationId[][] = [];
  /** Tasks that are not over. */
  readonly #open = new Set<string>();
  #events = 0;

  constructor(world: World) {
    this.#world = world;
    this.#programs = new ProgramMaker(world.random);
  }

  async live(): Promise<void> {
    const { time, random } = this.#world;
    // Not waited for: a life that dies while it starts never comes back.
    void this.#world.start();
    const registered = this.#world.promote('v1');
    this.#run('registration of v1', () => registered);
    const end = time.now() + FAULTS_MS;
    for (let client = random.between(3, CLIENTS_MAX); client > 0; client--)
      this.#run(`client ${client}`, () => registered.then(() => this.#client()));
    for (let sequence = random.between(0, 2); sequence > 0; sequence--)
      this.#run(`ordered client ${sequence}`, () => registered.then(() => this.#orderedClient()));
    this.#run('operator', () => this.#operator(end));
    this.#run('nemesis', () => this.#nemesis(end));
    this.#run('registration of v2', async () => {
      await time.delay(random.between(0, FAULTS_MS));
      await this.#world.promote('v2');
    });
    this.#run('end of faults', async () => {
      await time.delay(FAULTS_MS);
      this.#world.faulty = false;
    });
    const outcome = await time.run(() => this.#isOver(), FAULTS_MS + SETTLE_MS);
    if (outcome !== 'done' && this.#world.violations.length === 0)
      this.#world.violation('liveness', this.#describeStuck(outcome));
    if (this.#world.violations.length === 0) this.#checkEnd();
  }

  #run(name: string, task: () => Promise<void>): void {
    this.#open.add(name);
    void task()
      .catch((error: unknown) => {
        this.#world.violation('world', error instanceof Error ? (error.stack ?? error.message) : String(error));
      })
      .then(() => this.#open.delete(name));
  }

  #isOver(): boolean {
    if (this.#world.violations.length > 0) return true;
    if (++this.#events % CHECK_EVERY_EVENTS === 0)
      checkAlways(this.#world.disk.image, (promise, message) => this.#world.violation(promise, message));
    return this.#open.size === 0 && !this.#world.faulty && this.#world.isQuiet;
  }

  async #client(): Promise<void> {
    const { time, random } = this.#world;
    await time.delay(random.between(0, FAULTS_MS / 2));
    const callee = this.#programs.callee(2);
    const id = this.#world.newId(callee);
    await this.#world.send(id, callee, random.chance(0.15) ? random.between(1, 8_000) : 0);
    await this.#world.awaitResult(id);
    // The answer stays the same, whoever asks again.
    await this.#world.awaitResult(id);
  }

  /** One after the other to one key: each is accepted before the next is sent. */
  async #orderedClient(): Promise<void> {
    const order: InvocationId[] = [];
    this.#orders.push(order);
    const key = this.#world.random.pick(['red', 'green', 'blue']);
    for (let count = this.#world.random.between(2, 6); count > 0; count--) {
      const callee: Callee = {
        service: 'Counter',
        handler: 'go',
        key,
        program: this.#programs.program(0, 'exclusive'),
      };
      const id = this.#world.newId(callee);
      await this.#world.send(id, callee);
      order.push(id);
    }
    for (const id of order) await this.#world.awaitResult(id);
  }

  async #operator(end: number): Promise<void> {
    const { time, random, accepted } = this.#world;
    const by = { actor: 'operator', reason: 'because' };
    while (time.now() < end) {
      await time.delay(random.between(50, 4_000));
      const ids = [...accepted].filter(([, one]) => !one.callee.program.id.startsWith('help')).map(([id]) => id);
      const [first, ...rest] = ids;
      if (first === undefined) continue;
      const id = random.pick([first, ...rest]);
      const kind = random.pick(['cancel', 'kill', 'pause', 'pause', 'resume', 'restart'] as const);
      if (kind === 'cancel' || kind === 'kill') this.#world.ended.add(id);
      if (kind === 'resume') await this.#world.insist(id, { kind, invocation: id, deployment: 'keep', ...by });
      else if (kind === 'restart') await this.#restart(id, by);
      else await this.#world.insist(id, { kind, invocation: id, ...by });
    }
    await this.#resumeAll(by);
  }

  async #restart(id: InvocationId, by: { readonly actor: string; readonly reason: string }): Promise<void> {
    const newId = siblingInvocationId(id, this.#world.random.bytes(16));
    await this.#world.insist(id, { kind: 'restart', invocation: id, newId, from: 0, deployment: 'keep', ...by });
  }

  /** Whatever is paused, by people or because its attempts were used up, goes on once faults are off. */
  async #resumeAll(by: { readonly actor: string; readonly reason: string }): Promise<void> {
    while (this.#open.size > 1 || this.#world.faulty || !this.#world.isQuiet) {
      await this.#world.time.delay(500);
      if (this.#world.faulty) continue;
      for (const record of listInvocations(this.#world.disk.image)) {
        if (record.state.status !== 'paused') continue;
        if (record.state.reason.kind === 'mismatch')
          this.#world.violation('P4', `${record.id} paused on a mismatch: ${record.lastFailure?.message}`);
        await this.#world.insist(record.id, { kind: 'resume', invocation: record.id, deployment: 'keep', ...by });
      }
    }
  }

  async #nemesis(end: number): Promise<void> {
    const { time, random } = this.#world;
    const calm = random.pick([500, 3_000, 100_000]);
    while (time.now() < end) {
      await time.delay(random.between(1, calm));
      if (time.now() >= end) return;
      if (random.chance(0.6)) this.#world.crash();
      else this.#world.crashEndpoints();
    }
  }

  #checkEnd(): void {
    const { disk, accepted } = this.#world;
    const violation = (promise: string, message: string): void => this.#world.violation(promise, message);
    checkAlways(disk.image, violation);
    checkEnd(disk.image, violation);
    const records = new Map(listInvocations(disk.image).map((record) => [record.id, record]));
    for (const id of accepted.keys()) {
      if (!records.has(id) && !this.#world.ended.has(id)) violation('P1', `${id} was accepted and is gone`);
    }
    for (const order of this.#orders) {
      // Those that were cancelled or killed while they queued never started.
      const starts = order.flatMap((id) => records.get(id)?.startedAt ?? []);
      if (starts.some((startedAt, index) => startedAt < (starts[index - 1] ?? 0)))
        violation('P7', `handlers of one key ran out of order: ${order.join(', ')}`);
    }
  }

  #describeStuck(outcome: 'empty' | 'late'): string {
    const open = listInvocations(this.#world.disk.image).filter((record) => record.state.status !== 'completed');
    const examples = open
      .slice(0, 3)
      .map(
        (record) =>
          `${record.id} ${JSON.stringify(record.state)} epoch ${record.epoch} last failure ${record.lastFailure?.message ?? 'none'}`,
      );
    return `${outcome === 'empty' ? 'nothing happens any more' : 'it takes too long'}: ${open.length} invocations and these tasks are not over: ${[...this.#open].join(', ')}. ${examples.join('; ')}`;
  }
}
