import type { NotificationId, NotificationResult } from '@holdfast/protocol/wire';

/** Something that the journal will say, or has said. */
export class Leaf {
  /** Undefined while the command behind it is parked: it has no number yet. */
  waitsFor: NotificationId | undefined;
  result: NotificationResult | undefined;
  /** Who waits now. A leaf that nobody waits for is no reason to suspend. */
  readonly listeners: Set<LeafListener> = new Set<LeafListener>();

  constructor(waitsFor?: NotificationId) {
    this.waitsFor = waitsFor;
  }
}

/** Each is called at most once, and never both. */
export interface LeafListener {
  readonly settled: (result: NotificationResult) => void;
  /** The wait is over because the invocation was cancelled; the leaf itself is still open and can be waited for again. */
  readonly cancelled: () => void;
}
