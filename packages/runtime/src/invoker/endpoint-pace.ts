import type { DeploymentId } from '@holdfast/protocol';

/** What an endpoint said on one stream. */
export interface EndpointAnswer {
  /** When it had been sent what it answered first. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** When it said anything last. */
  readonly heardAt: number;
}

interface Pace {
  /** The latest sending that was answered. */
  readonly sentAt: number;
  readonly heardAt: number;
  /** The slowest answer of the last seconds, and when it came. */
  readonly slowestMs: number;
  readonly slowestAt: number;
}

// An endpoint that is silent on all its streams for this long either waits on all of them or is gone; both are worth the places.
const silenceMs = 1_000;
const slownessLastsMs = 10_000;
// A busy endpoint takes its streams about in order, not exactly: connections are read in turns.
const slownessFactor = 2;

/**
 * Tells an endpoint that has not come to a stream yet from a handler that waits.
 *
 * Silence alone says little: the slower an endpoint is, the longer all its streams are silent, and asking their handlers to suspend would make
 * it replay them all and be slower still. Silence therefore counts from the time on when something that was sent later has been answered,
 * later by more than this endpoint's answers take.
 */
export class EndpointPace {
  readonly #paces = new Map<DeploymentId, Pace>();

  note(deployment: DeploymentId, answer: EndpointAnswer | undefined): void {
    if (answer === undefined) return;
    const tookMs = answer.answeredAt - answer.sentAt;
    const before = this.#paces.get(deployment);
    const isSlowest =
      before === undefined || tookMs >= before.slowestMs || answer.answeredAt - before.slowestAt > slownessLastsMs;
    this.#paces.set(deployment, {
      sentAt: Math.max(before?.sentAt ?? 0, answer.sentAt),
      heardAt: Math.max(before?.heardAt ?? 0, answer.heardAt),
      slowestMs: isSlowest ? tookMs : before.slowestMs,
      slowestAt: isSlowest ? answer.answeredAt : before.slowestAt,
    });
  }

  /** How long a handler has kept silent, ms, although its endpoint had time for what was sent to it at `sentAt`. */
  silentMs(deployment: DeploymentId, sentAt: number, now: number): number {
    const pace = this.#paces.get(deployment);
    const slackMs = slownessFactor * (pace?.slowestMs ?? 0);
    const overtakenMs = (pace?.sentAt ?? sentAt) - sentAt;
    if (overtakenMs > slackMs) return overtakenMs;
    const allSilentMs = now - Math.max(sentAt, pace?.heardAt ?? sentAt);
    return allSilentMs >= Math.max(silenceMs, slackMs) ? allSilentMs : 0;
  }
}
