import type { AttemptProblem } from './attempt-problem.ts';
import type { ResponseHead } from './transport.ts';

// An endpoint may ask for patience; a typing error of its author must not stop an invocation for a year.
const retryAfterMsMax = 3_600_000;

/**
 * Decides whether the response may be read as protocol messages: a 2xx status and exactly the content type of the request
 * (protocol section 2.4). Redirects are never followed: the code behind another address is other code.
 */
export function decideHead(
  head: ResponseHead,
  expected: { readonly contentType: string; readonly now: number },
): AttemptProblem | undefined {
  const { status } = head;
  if (status >= 200 && status < 300) {
    if (head.contentType === expected.contentType) return undefined;
    const found = head.contentType === undefined ? 'no content type' : `the content type ${quote(head.contentType)}`;
    return problem('ENDPOINT_WRONG_CONTENT_TYPE', status, {
      message: `answered ${status} with ${found} instead of "${expected.contentType}"; something that is no Restate endpoint answers there, or rewrites the response.`,
    });
  }
  const patience = readRetryAfter(head.retryAfter, expected.now);
  switch (status) {
    case 415:
      return problem('ENDPOINT_REFUSED_VERSION', status, {
        message: `answered 415: it does not speak "${expected.contentType}", although it was registered with a range that holds it.`,
        counts: false,
      });
    case 413:
      return problem('ENDPOINT_REFUSED_SIZE', status, {
        message: 'answered 413: the replay is larger than the endpoint, or a proxy before it, accepts.',
      });
    case 429:
    case 503:
      return problem('ENDPOINT_RATE_LIMITED', status, {
        message: `answered ${status}: it takes no more work now.`,
        ...patience,
      });
    case 502:
    case 504:
      return problem('ENDPOINT_UNREACHABLE', status, {
        message: `answered ${status}: a gateway could not reach the endpoint.`,
      });
    case 401:
    case 403:
      return problem('ENDPOINT_ERROR_STATUS', status, {
        message: `answered ${status}: it refuses the request's identity; compare its identity keys with this runtime's.`,
      });
    case 404:
      return problem('ENDPOINT_ERROR_STATUS', status, {
        message: 'answered 404: what runs there does not serve this handler; it may be other code than was registered.',
      });
    default:
      if (status >= 300 && status < 400) {
        const target = head.location === undefined ? '' : ` to ${quote(head.location)}`;
        return problem('ENDPOINT_REDIRECTED', status, {
          message: `answered ${status}, a redirect${target}; redirects are not followed, register the address that serves.`,
        });
      }
      return problem('ENDPOINT_ERROR_STATUS', status, { message: `answered ${status}.`, ...patience });
  }
}

/** Seconds or an HTTP date. Anything else is ignored. */
function readRetryAfter(text: string | undefined, now: number): { readonly retryAfterMs?: number } {
  if (text === undefined) return {};
  const waitMs = /^\d{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  if (!Number.isFinite(waitMs)) return {};
  return { retryAfterMs: Math.min(Math.max(waitMs, 0), retryAfterMsMax) };
}

function problem(
  code: AttemptProblem['code'],
  status: number,
  rest: { readonly message: string; readonly counts?: boolean; readonly retryAfterMs?: number },
): AttemptProblem {
  return { code, protocolCode: status, counts: true, ...rest };
}

function quote(text: string): string {
  return `"${sanitizeExcerpt(text, 120)}"`;
}

/** Text of a stranger, fit for a message: one line, printable, short. */
export function sanitizeExcerpt(text: string, charactersMax: number): string {
  // Everything of the classes control, format, surrogate, private use and line separator would let a stranger draw in a terminal.
  const line = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= charactersMax ? line : `${line.slice(0, charactersMax)}…`;
}
