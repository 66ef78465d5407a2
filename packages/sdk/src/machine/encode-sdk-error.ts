import { encodeError, type ErrorMessage, type ProtocolVersion } from '@holdfast/protocol/wire';
import type { SdkError, SdkErrorCode } from '../error/sdk-error.ts';
import type { RelatedCommand } from './mismatch.ts';

interface WireRule {
  readonly code: number;
  /** Asked for on V7. What no retry can cure waits for a person, at once. */
  readonly behavior: ErrorMessage['behavior'];
}

const rules: Readonly<Record<SdkErrorCode, WireRule>> = {
  JOURNAL_MISMATCH: { code: 570, behavior: 'pause' },
  PROTOCOL_VIOLATION: { code: 571, behavior: 'retry' },
  STEP_REFUSED: { code: 500, behavior: 'pause' },
  STEP_REPEATED: { code: 500, behavior: 'pause' },
  PAYLOAD_TOO_LARGE: { code: 500, behavior: 'pause' },
  DEFINITION_REFUSED: { code: 500, behavior: 'pause' },
  IDENTITY_REFUSED: { code: 500, behavior: 'retry' },
};

export function encodeSdkError(error: SdkError, version: ProtocolVersion, related?: RelatedCommand): Uint8Array {
  const { code, behavior } = rules[error.code];
  return encodeError({
    kind: 'error',
    code,
    message: `${error.code}: ${error.message}${error.hint === '' ? '' : `\n${error.hint}`}`,
    stacktrace: JSON.stringify(error.details),
    ...(related === undefined
      ? {}
      : {
          relatedCommandIndex: related.index,
          relatedCommandName: related.name,
          relatedCommandType: related.type,
        }),
    behavior: version === 7 ? behavior : 'retry',
  });
}
