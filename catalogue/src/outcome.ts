/** What became of a scenario on a target, from worst to best. */
export type Outcome =
  /** The result is wrong, and nothing says so. */
  | 'silent wrong'
  /** What the target reports about it is false, or leaves out what one has to know. */
  | 'misleading'
  /** It went as far as it could, and the target says exactly what happened. */
  | 'loud'
  /** It could not happen. */
  | 'prevented';

/** An outcome with one line of evidence: what was observed, with the ids. */
export interface Finding {
  readonly outcome: Outcome;
  readonly evidence: string;
}
