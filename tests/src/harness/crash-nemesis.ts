import type { SeededRandom } from './seeded-random.ts';
import type { ServiceProcess } from './service-process.ts';
import type { TargetProcess } from './target-process.ts';
import { waitUntil } from './wait-until.ts';

type Victim = 'runtime' | 'startingRuntime' | 'service' | 'everything';

/** Kills and restarts the runtime and its services at random. */
export class CrashNemesis {
  readonly #target: TargetProcess;
  readonly #services: readonly ServiceProcess[];
  readonly #random: SeededRandom;
  readonly #crashes = { runtime: 0, startingRuntime: 0, service: 0, everything: 0 };

  constructor(target: TargetProcess, services: readonly ServiceProcess[], random: SeededRandom) {
    this.#target = target;
    this.#services = services;
    this.#random = random;
  }

  /** How many processes were sent SIGKILL. */
  get kills(): number {
    const { runtime, startingRuntime, service, everything } = this.#crashes;
    return runtime + 2 * startingRuntime + service + everything * (1 + this.#services.length);
  }

  /** Kills until so many processes were killed or `signal` says to stop, and leaves everything running. */
  async rage(kills: number, options: { readonly onCrash?: () => void; readonly signal?: AbortSignal }): Promise<void> {
    while (this.kills < kills && options.signal?.aborted !== true) {
      await this.#pause(this.#random.between(100, 1_000));
      const victim = this.#random.pick<Victim>([
        'runtime',
        'runtime',
        'startingRuntime',
        'service',
        'service',
        'everything',
      ]);
      this.#crashes[victim] += 1;
      if (victim === 'service') await this.#crash([this.#pickService()]);
      else if (victim === 'runtime') await this.#crash([this.#target]);
      else if (victim === 'startingRuntime') await this.#crashTwice();
      else await this.#crash([this.#target, ...this.#services]);
      options.onCrash?.();
    }
  }

  summary(): string {
    const { runtime, startingRuntime, service, everything } = this.#crashes;
    return `${this.kills} kills: ${runtime} times the runtime, ${startingRuntime} times the runtime and again while it started, ${service} times a service, ${everything} times everything`;
  }

  #pickService(): ServiceProcess {
    const [first, ...others] = this.#services;
    if (first === undefined) throw new Error('There is no service to kill.');
    return this.#random.pick([first, ...others]);
  }

  async #crash(victims: readonly { kill: () => Promise<void>; start: () => Promise<void> }[]): Promise<void> {
    await Promise.all(victims.map((one) => one.kill()));
    await this.#pause(this.#random.between(0, 400));
    await Promise.all(victims.map((one) => one.start()));
  }

  /** The second time in the middle of the recovery from the first, or before it, or just after it. */
  async #crashTwice(): Promise<void> {
    await this.#target.kill();
    const starting = this.#target.start().then(
      () => true,
      () => false,
    );
    await this.#pause(this.#random.between(0, 500));
    await this.#target.kill();
    // The second kill may have come before there was a process, which then came up whole.
    if (await starting) await this.#target.kill();
    await this.#target.start();
  }

  /** The time between two crashes is part of the scenario, not a wait for something. */
  async #pause(ms: number): Promise<void> {
    const until = Date.now() + ms;
    await waitUntil('the pause is over', () => Date.now() >= until);
  }
}
