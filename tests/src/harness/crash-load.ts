import type { HttpAnswer } from './http-answer.ts';
import type { IngressHttp } from './ingress-http.ts';
import { SeededRandom } from './seeded-random.ts';
import { waitUntil } from './wait-until.ts';

interface Request {
  readonly path: string;
  readonly json: unknown;
  readonly oneWay: boolean;
  /** What it does to the tallies once it has ended. */
  readonly additions: readonly { readonly key: string; readonly amount: number }[];
}

interface Acknowledged {
  readonly request: Request;
  readonly idempotencyKey: string;
  readonly id: string;
  /** The result of a call; nothing for a send. */
  readonly result: string;
}

// A request that is not acknowledged for so long is lost: nothing stays down for more than a few seconds.
const acknowledgeMs = 60_000;

/** Callers that send work until they are stopped, and keep the books of what was acknowledged. */
export class CrashLoad {
  readonly keys: readonly [string, ...string[]] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  readonly #acknowledged: Acknowledged[] = [];
  /** Requests that had to be repeated because their outcome was unknown. */
  repeats = 0;
  /** Answers that denied a registered service. */
  notFound = 0;
  readonly #ingress: IngressHttp;
  readonly #seed: number;
  readonly #expected = new Map<string, { sum: number; count: number }>();
  #isStopped = false;

  constructor(ingress: IngressHttp, seed: number) {
    this.#ingress = ingress;
    this.#seed = seed;
    for (const key of this.keys) this.#expected.set(key, { sum: 0, count: 0 });
  }

  /** Resolves when all workers have their last request acknowledged, after `stop`. */
  async start({ workers }: { readonly workers: number }): Promise<void> {
    await Promise.all(Array.from({ length: workers }, (_, index) => this.#work(index)));
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Ids of all acknowledged requests. */
  get acknowledged(): readonly string[] {
    return this.#acknowledged.map((one) => one.id);
  }

  /** Sends everything again under the same idempotency keys, and returns what was answered otherwise than the first time. */
  async findChangedAnswers({ workers }: { readonly workers: number }): Promise<readonly string[]> {
    const changed: string[] = [];
    const left = [...this.#acknowledged];
    const repeat = async (): Promise<void> => {
      for (let one = left.pop(); one !== undefined; one = left.pop()) {
        const { request, idempotencyKey } = one;
        const answer = await this.#ask(request, idempotencyKey);
        const isSame = answer.headers.get('x-restate-id') === one.id && (request.oneWay || answer.text === one.result);
        if (!isSame) changed.push(`${idempotencyKey}: ${one.id} ${one.result}, then ${answer.status} ${answer.text}`);
      }
    };
    await Promise.all(Array.from({ length: workers }, repeat));
    return changed;
  }

  expectedSums(): Record<string, { sum: number; count: number }> {
    return Object.fromEntries(this.#expected);
  }

  async #work(worker: number): Promise<void> {
    const random = new SeededRandom(this.#seed + worker + 1);
    for (let number = 0; !this.#isStopped; number++) {
      const request = this.#choose(random);
      await this.#sendUntilAcknowledged(request, `crash-${this.#seed}-${worker}-${number}`);
      for (const { key, amount } of request.additions) {
        const books = this.#expected.get(key);
        if (books === undefined) throw new Error(`There are no books for ${key}.`);
        books.sum += amount;
        books.count += 1;
      }
    }
  }

  #choose(random: SeededRandom): Request {
    const amount = random.between(1, 1_000_000);
    const from = random.pick(this.keys);
    const to = random.pick(this.keys);
    const move = {
      json: { from, to, amount },
      additions: [
        { key: from, amount: -amount },
        { key: to, amount },
      ],
    };
    const add = { json: amount, additions: [{ key: to, amount }] };
    return random.pick<Request>([
      { path: `/Tally/${to}/add`, oneWay: false, ...add },
      { path: `/Tally/${to}/add/send`, oneWay: true, ...add },
      { path: `/Tally/${to}/add/send?delay=100ms`, oneWay: true, ...add },
      { path: '/Mover/move', oneWay: false, ...move },
      { path: '/Mover/move/send', oneWay: true, ...move },
      { path: '/Mover/moveLater', oneWay: false, ...move },
    ]);
  }

  /** Repeats the request, always under the same key, until it is answered 200 or 202. */
  async #sendUntilAcknowledged(request: Request, idempotencyKey: string): Promise<void> {
    let attempts = 0;
    await waitUntil(
      `${request.path} with the idempotency key ${idempotencyKey} is acknowledged`,
      async () => {
        attempts += 1;
        if (attempts > 1) this.repeats += 1;
        const answer = await this.#ask(request, idempotencyKey);
        if (answer.status === 404) this.notFound += 1;
        if (answer.status !== (request.oneWay ? 202 : 200))
          throw new Error(`answered ${answer.status}: ${answer.text}`);
        const id = answer.headers.get('x-restate-id') ?? '';
        this.#acknowledged.push({ request, idempotencyKey, id, result: request.oneWay ? '' : answer.text });
        return true;
      },
      acknowledgeMs,
    );
  }

  #ask(request: Request, idempotencyKey: string): Promise<HttpAnswer> {
    return this.#ingress.ask(request.path, {
      json: request.json,
      headers: { 'idempotency-key': idempotencyKey },
      timeoutMs: 20_000,
    });
  }
}
