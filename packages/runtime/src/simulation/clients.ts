/** Clients of a simulated world: they send, insist until they know, and wait for results the way the ingress does. */
import { freshInvocationId, idempotentInvocationId, workflowInvocationId } from '@holdfast/protocol';
import type { DeploymentId, InvocationId, Result } from '@holdfast/protocol';
import type { Invoke } from '../engine/command.ts';
import type { PartitionPort } from '../partition/port.ts';
import { encode } from './handler-context.ts';
import type { Wait } from './handler-context.ts';
import type { ProgramMaker } from './program-maker.ts';
import type { Callee } from './program.ts';
import type { World } from './world.ts';

const KEYS = ['red', 'green', 'blue'] as const;
const CONTENDERS_MAX = 6;

interface SendOptions {
  readonly delayMs: number;
  readonly deployment?: DeploymentId;
}

type End =
  | { readonly kind: 'completed'; readonly result: Result }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'askAgain' };

export class Clients {
  /** Ids in the order in which one client had them accepted, by key. */
  readonly orders: InvocationId[][] = [];
  /** Invocations that resolve promises; nobody else would. */
  readonly helpers: Set<InvocationId> = new Set();
  /** Every deployment that a client may ask for by name. */
  readonly deployments: DeploymentId[] = [];
  readonly #world: World;
  readonly #programs: ProgramMaker;

  constructor(world: World, programs: ProgramMaker) {
    this.#world = world;
    this.#programs = programs;
  }

  /** One call or send of somebody who wants to know how it ended. */
  async callOnce(): Promise<void> {
    const { random } = this.#world;
    const callee = this.#draw(random.next());
    const id = this.idOf(callee);
    const [first] = this.deployments;
    const asked = first !== undefined && random.chance(0.1) ? random.pick([first, ...this.deployments]) : undefined;
    const sent = await this.send(id, callee, {
      delayMs: random.chance(0.15) ? random.between(1, 8_000) : 0,
      ...(asked === undefined ? {} : { deployment: asked }),
    });
    if (!sent) return;
    await this.awaitResult(id);
    // The answer stays the same, whoever asks again.
    await this.awaitResult(id);
  }

  #draw(kind: number): Callee {
    if (kind < 0.006) return this.#programs.crowd();
    return kind < 0.09 ? this.#programs.endless() : this.#programs.callee(2);
  }

  /** Several clients that mean the same execution, by idempotency key or by workflow key. */
  async callTogether(): Promise<void> {
    const { random, time } = this.#world;
    const shared = this.#programs.sharedExecution();
    const workflow: Callee = {
      service: 'Flow',
      handler: 'run',
      key: 'flow',
      program: this.#programs.program(1, 'workflow'),
    };
    const callee = random.chance(0.7) ? shared : workflow;
    const callers = Array.from({ length: random.between(2, 4) }, async () => {
      await time.delay(random.pick([0, 3, 500, 5_000]));
      const id = this.idOf(callee);
      await this.send(id, callee, { delayMs: 0 });
      await this.awaitResult(id);
    });
    await Promise.all(callers);
  }

  /** One after the other to one key: each is accepted before the next is sent. */
  async callInOrder(): Promise<void> {
    const { random } = this.#world;
    const order: InvocationId[] = [];
    this.orders.push(order);
    const key = random.pick(KEYS);
    for (let count = random.between(2, CONTENDERS_MAX); count > 0; count--) {
      const program = this.#programs.program(0, 'exclusive');
      const callee: Callee = { service: 'Counter', handler: 'go', key, program };
      const id = this.idOf(callee);
      await this.send(id, callee, { delayMs: 0 });
      order.push(id);
    }
    for (const id of order) await this.awaitResult(id);
  }

  /** Somebody who takes no for an answer: who is told that there was no space and nothing was done, must be told the truth. */
  async callOrGiveUp(): Promise<void> {
    const callee: Callee = { service: 'Plain', handler: 'go', key: '', program: this.#programs.program(0, 'plain') };
    const id = this.idOf(callee);
    const command = { ...this.#invoke(id, callee, { delayMs: 0 }), isFresh: true };
    const answer = await this.#world.tryOnce(id, command);
    if (answer === 'notDone') {
      this.#world.book.turnedAway.add(id);
      if (this.#world.findRecord(id) !== undefined)
        this.#world.violation('P1', `${id} is there although its caller was told that nothing was done`);
      return;
    }
    await this.send(id, callee, { delayMs: 0 });
    await this.awaitResult(id);
  }

  /** Made by the ingress: what tells that two requests mean the same, or fresh. */
  idOf(callee: Callee): InvocationId {
    const { service, handler, key, idempotencyKey } = callee;
    if (handler === 'run') return workflowInvocationId({ name: service, key });
    if (idempotencyKey !== undefined)
      return idempotentInvocationId({ service, ...(key === '' ? {} : { key }), handler, idempotencyKey });
    const entropy = this.#world.random.bytes(24);
    return freshInvocationId({ ...(key === '' ? {} : { key: { service, key } }), entropy });
  }

  /** Sends until somebody says that it is accepted; the same id every time. False when it was refused, as it may be. */
  async send(id: InvocationId, callee: Callee, options: SendOptions): Promise<boolean> {
    const { book } = this.#world;
    const reply = await this.#world.insist(id, this.#invoke(id, callee, options));
    if (reply.kind === 'refused') {
      const conflicts = options.deployment !== undefined && reply.refusal.code === 'PIN_CONFLICT';
      if (!conflicts) this.#world.violation('P1', `${id} was refused: ${reply.refusal.message}`);
      return false;
    }
    this.#world.statistics.invocations += 1;
    if (options.deployment !== undefined && options.deployment !== reply.deployment)
      this.#world.violation('P2', `${id} asked for ${options.deployment} and is pinned to ${reply.deployment}`);
    book.noteAccepted(id, { deployment: reply.deployment, callee });
    if (reply.result !== undefined) book.noteResult(id, reply.result);
    return true;
  }

  #invoke(id: InvocationId, callee: Callee, options: SendOptions): Invoke {
    const { service, handler, key, program, idempotencyKey } = callee;
    return {
      kind: 'invoke',
      id,
      service,
      handler,
      key,
      headers: [],
      input: encode(program),
      startAt: options.delayMs === 0 ? 0 : this.#world.time.wall() + options.delayMs,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(options.deployment === undefined ? {} : { deployment: options.deployment }),
    };
  }

  async awaitResult(id: InvocationId): Promise<void> {
    for (;;) {
      const end = await this.#world.with(id, (partition) => waitForEnd(partition, id));
      if (end.kind === 'completed') return this.#world.book.noteResult(id, end.result);
      if (end.kind === 'notFound') return this.#world.book.noteGone(id);
    }
  }

  /** Somebody learnt of an awakeable or a signal; some people are nervous and answer twice. */
  resolveLater(invocation: InvocationId, awaited: Wait): void {
    const { random, time } = this.#world;
    for (let index = random.chance(0.2) ? 2 : 1; index > 0; index--) {
      const value = encode(`person ${index}`);
      const result: Result = random.chance(0.1)
        ? { kind: 'failure', failure: { code: 403, message: 'no', metadata: [] } }
        : { kind: 'success', value };
      void time.delay(random.pick([0, 10, 1_000, 5_000])).then(() => this.resolve(invocation, awaited, result));
    }
  }

  async resolve(invocation: InvocationId, awaited: Wait, result: Result): Promise<void> {
    if (awaited.kind === 'completion') return;
    this.#world.trace.note(`${invocation} is sent ${JSON.stringify(awaited)}`);
    await this.#world.insist(invocation, { kind: 'deliverSignal', invocation, signal: awaited, result });
  }

  /** A colleague completes the promise of a workflow that waits for it. */
  helpLater(workflow: string, name: string): void {
    const { random, time } = this.#world;
    const program = {
      id: `help ${workflow} ${name}`,
      operations: [{ op: 'resolvePromise', name, fails: random.chance(0.1) }],
      ends: 'value',
    } as const;
    const callee: Callee = { service: 'Flow', handler: 'help', key: workflow, program };
    const id = this.idOf(callee);
    this.helpers.add(id);
    void time.delay(random.between(0, 5_000)).then(() => this.send(id, callee, { delayMs: 0 }));
  }
}

/** Listens before it asks, or a completion could slip in between. */
async function waitForEnd(partition: PartitionPort, id: InvocationId): Promise<End> {
  let stop = (): void => undefined;
  const told = new Promise<Result | undefined>((resolve) => (stop = partition.onCompleted(id, resolve)));
  try {
    const reply = await partition.submit({ kind: 'attachCaller', invocation: id });
    if (reply.kind !== 'running') return reply;
    const result = await told;
    return result === undefined ? { kind: 'askAgain' } : { kind: 'completed', result };
  } finally {
    stop();
  }
}
