import type { SeededRandom } from './seeded-random.ts';
import type { ServiceProcess } from './service-process.ts';
import type { TargetProcess } from './target-process.ts';
import { waitUntil } from './wait-until.ts';

type Victim = 'runtime' | 'service' | 'everything';

/** Kills and restarts the runtime and its services at random. */
export class CrashNemesis {
  readonly #target: TargetProcess;
  readonly #services: readonly [ServiceProcess, ...ServiceProcess[]];
  readonly #random: SeededRandom;
  readonly #kills = { runtime: 0, service: 0, everything: 0 };

  constructor(target: TargetProcess, services: readonly [ServiceProcess, ...ServiceProcess[]], random: SeededRandom) {
    this.#target = target;
    this.#services = services;
    this.#random = random;
  }

  /** Crashes for so long, and leaves everything running. */
  async rage(durationMs: number): Promise<void> {
    const until = Date.now() + durationMs;
    while (Date.now() < until) {
      await this.#pause(this.#random.between(200, 1_200));
      const victim = this.#random.pick<Victim>(['runtime', 'runtime', 'service', 'service', 'everything']);
      this.#kills[victim] += 1;
      if (victim === 'service') await this.#crash([this.#random.pick(this.#services)]);
      else if (victim === 'runtime') await this.#crash([this.#target]);
      else await this.#crash([this.#target, ...this.#services]);
    }
  }

  summary(): string {
    return `kills: ${this.#kills.runtime} of the runtime, ${this.#kills.service} of a service, ${this.#kills.everything} of everything`;
  }

  async #crash(victims: readonly { kill: () => Promise<void>; start: () => Promise<void> }[]): Promise<void> {
    await Promise.all(victims.map((one) => one.kill()));
    await this.#pause(this.#random.between(0, 400));
    await Promise.all(victims.map((one) => one.start()));
  }

  /** The time between two crashes is part of the scenario, not a wait for something. */
  async #pause(ms: number): Promise<void> {
    const until = Date.now() + ms;
    await waitUntil('the pause is over', () => Date.now() >= until);
  }
}
