/** What the checkpointer and its thread tell each other. */
export interface CheckpointWorkerInput {
  readonly path: string;
}

export type CheckpointOutcome =
  | { readonly kind: 'done' }
  /** Space or a read error: nothing is lost, the log only grows. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'syncFailed'; readonly message: string };
