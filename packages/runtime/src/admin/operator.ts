import type { Context } from 'hono';
import type { Operator } from '../engine/command.ts';

const textMax = 1_000;

/** Who acts and why, for the audit log. Names are not proven until tokens are in use. */
export function operatorOf(context: Context): Operator {
  return {
    actor: clean(context.req.header('x-holdfast-actor')) || 'local',
    reason: clean(context.req.header('x-holdfast-reason')),
  };
}

/** Headers carry UTF-8 percent-encoded or plain ASCII; control characters never get into the log. */
function clean(header: string | undefined): string {
  if (header === undefined) return '';
  return (
    decodeText(header)
      .slice(0, textMax)
      // oxlint-disable-next-line no-control-regex -- removing them is the point.
      .replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
      .trim()
  );
}

function decodeText(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
