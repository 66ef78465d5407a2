/** What can go wrong from outside, what Holdfast does then, and how that is proven. */

/** A test, by its file and the text of its title as it stands in the source; placeholders stand for anything. */
export interface Proof {
  readonly file: string;
  readonly title: string;
  /** The file with the table of cases, when the title is a case of one that stands elsewhere. */
  readonly listedIn?: string;
}

/** A small change of the source that takes one protection away; the proof must fail with it. */
export interface Protection {
  /** What it takes away, as a sentence about the changed program. */
  readonly without: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: Proof;
}

export interface Fault {
  readonly fault: string;
  /** What Holdfast does, for users. */
  readonly answer: string;
  readonly protections: readonly Protection[];
  /** Tests without a protection of their own, for example because they try everything together. */
  readonly alsoShownBy?: readonly Proof[];
}

export interface FaultGroup {
  readonly title: string;
  readonly faults: readonly Fault[];
}
