import { parseAwakeableId } from '@holdfast/protocol';
import type { Result } from '@holdfast/protocol';
import { ApiError } from '../api-error.ts';
import { answerBytes } from './answer.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';
import { withBody } from './request-body.ts';
import { submitAgain } from '../submit-again.ts';

// Ids up to this one have meanings of the protocol: an awakeable id that names one was not made by an SDK, and could cancel.
const reservedSignalIdMax = 16;
const rejectedCode = 500;

/** Completes an awakeable. Completing it again, or after its invocation is over, changes nothing and is answered the same. */
export async function answerAwakeable(
  parts: IngressParts,
  exchange: Exchange,
  asked: { readonly kind: 'resolveAwakeable' | 'rejectAwakeable'; readonly id: string },
): Promise<void> {
  const target = parseAwakeableId(asked.id);
  if (target === undefined || target.signalId <= reservedSignalIdMax) {
    throw new ApiError('AWAKEABLE_REFUSED', {
      message: `${JSON.stringify(asked.id.slice(0, 100))} is no awakeable id.`,
      hint: 'Awakeable ids begin with sign_1 and come from the handler that waits.',
    });
  }
  const { invocation, signalId } = target;
  await withBody(parts, exchange.request, (value) => {
    const signal = { kind: 'signal', id: signalId } as const;
    const command = { kind: 'deliverSignal', invocation, signal, result: resultOf(asked.kind, value) } as const;
    return submitAgain(parts.partitions.ofInvocation(invocation), command, parts.clock);
  });
  answerBytes(exchange, 202, new Uint8Array(0));
}

function resultOf(kind: 'resolveAwakeable' | 'rejectAwakeable', value: Uint8Array): Result {
  if (kind === 'resolveAwakeable') return { kind: 'success', value };
  return { kind: 'failure', failure: { code: rejectedCode, message: new TextDecoder().decode(value), metadata: [] } };
}
