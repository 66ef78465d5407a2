import type { RecordedCommand } from './journal.ts';

/** Which recorded commands user code has come to. */
export class ClaimTable {
  readonly #commands: readonly RecordedCommand[];
  readonly #claimed: boolean[];
  readonly #keyed = new Map<string, RecordedCommand>();
  #nextPositional = 0;
  #prefix = 0;
  unclaimedCount: number;

  constructor(commands: readonly RecordedCommand[]) {
    this.#commands = commands;
    this.#claimed = commands.map(() => false);
    this.unclaimedCount = commands.length;
    for (const command of commands) if (command.claimKey !== undefined) this.#keyed.set(command.claimKey, command);
  }

  /** The record that what is issued now must be; undefined when none is left for it. */
  find(claimKey: string | undefined): RecordedCommand | undefined {
    if (claimKey !== undefined) {
      const recorded = this.#keyed.get(claimKey);
      return recorded === undefined || this.#isClaimed(recorded) ? undefined : recorded;
    }
    while (this.#nextPositional < this.#commands.length) {
      const recorded = this.#commands[this.#nextPositional];
      if (recorded !== undefined && recorded.claimKey === undefined && !this.#isClaimed(recorded)) return recorded;
      this.#nextPositional += 1;
    }
    return undefined;
  }

  claim(recorded: RecordedCommand): void {
    this.#claimed[recorded.index - 1] = true;
    this.unclaimedCount -= 1;
    while (this.#claimed[this.#prefix] === true) this.#prefix += 1;
  }

  get firstUnclaimed(): RecordedCommand | undefined {
    return this.#commands[this.#prefix];
  }

  /** How many commands, Input included, have been claimed without a gap. */
  get claimedPrefix(): number {
    return this.#prefix + 1;
  }

  #isClaimed(recorded: RecordedCommand): boolean {
    return this.#claimed[recorded.index - 1] === true;
  }
}
