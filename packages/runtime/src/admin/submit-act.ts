import { ApiError } from '../api-error.ts';
import type { EngineCommand, Refusal, ReplyOf } from '../engine/command.ts';
import { submitAgain } from '../submit-again.ts';
import type { PartitionPort } from '../partition/port.ts';
import type { AdminParts } from './admin-parts.ts';

/** Submits an operator's act. A repetition after an unknown outcome asks for the same thing once more, which is no harm. */
export async function submitAct<C extends EngineCommand>(
  parts: AdminParts,
  partition: PartitionPort,
  command: C,
): Promise<ReplyOf<C>> {
  return (await submitAgain(partition, command, parts.clock)).reply;
}

/** On routes about an invocation an unknown deployment is a bad parameter, not a missing page. */
export function refusalOfAct(refusal: Refusal): ApiError {
  const { code, message, hint, details } = refusal;
  const httpStatus = code === 'DEPLOYMENT_NOT_FOUND' ? { httpStatus: 400 } : {};
  return new ApiError(code, { message, hint, details, ...httpStatus });
}
