import type { DeploymentId } from '@holdfast/protocol';

/** What an endpoint said last on one stream: when, and when it had been sent what it answers. */
export interface EndpointAnswer {
  readonly sentAt: number;
  readonly receivedAt: number;
}

// An endpoint that is silent on all its streams for this long either waits on all of them or is gone; both are worth the places.
const silenceMs = 1_000;

/**
 * Tells an endpoint that has not come to a stream yet from a handler that waits.
 *
 * Silence alone says little: the slower an endpoint is, the longer all its streams are silent, and asking their handlers to suspend would make
 * it replay them all and be slower still. But endpoints take what they are sent about in order. So silence counts from the time on when
 * something that was sent later has been answered.
 */
export class EndpointPace {
  readonly #latest = new Map<DeploymentId, EndpointAnswer>();

  note(deployment: DeploymentId, answer: EndpointAnswer | undefined): void {
    if (answer === undefined) return;
    const { sentAt, receivedAt } = this.#latest.get(deployment) ?? answer;
    this.#latest.set(deployment, {
      sentAt: Math.max(sentAt, answer.sentAt),
      receivedAt: Math.max(receivedAt, answer.receivedAt),
    });
  }

  /** How long a handler has kept silent, ms, although the endpoint had time for what was sent to it at `sentAt`. */
  silentMs(deployment: DeploymentId, sentAt: number, now: number): number {
    const latest = this.#latest.get(deployment);
    if (latest !== undefined && latest.sentAt > sentAt) return latest.sentAt - sentAt;
    const allSilentMs = now - Math.max(sentAt, latest?.receivedAt ?? sentAt);
    return allSilentMs >= silenceMs ? allSilentMs : 0;
  }
}
