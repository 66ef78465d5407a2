/**
 * Everything that both ends of the wire need, without the validation of manifests: an SDK must load on any platform and stay small, and a
 * schema library is most of what this package weighs.
 */
export * from './message.ts';
export { ProtocolError, type ProtocolErrorCode, type ProtocolErrorOptions } from './protocol-error.ts';
export {
  isCommandType,
  isKnownType,
  isNotificationType,
  isTerminalType,
  MessageType,
  type MessageTypeName,
  messageTypeName,
} from './message-type.ts';
export {
  concatFrames,
  decodeFrameHeader,
  defaultFrameBytesMax,
  encodeFrame,
  type Frame,
  type FrameHeader,
  frameHeaderBytes,
  splitFrames,
  writeFrameHeader,
} from './frame.ts';
export { FrameReader } from './frame-reader.ts';
export { decodeEndpointMessage, decodeRuntimeMessage, decodeStoredEntry } from './decode.ts';
export { commandType, encodeCommand } from './command.ts';
export { encodeNotification } from './notification.ts';
export { encodeStart } from './start.ts';
export { encodeAwaitingOn, encodeSuspension } from './await-set.ts';
export { encodeCommandAck, encodeEnd, encodeError, encodeProposeRunCompletion, encodeRunAck } from './control.ts';
export {
  childInvocationId,
  freshInvocationId,
  idempotentInvocationId,
  type InvocationId,
  invocationIdFromBytes,
  invocationIdToBytes,
  parseInvocationId,
  partitionOf,
  partitionOfKey,
  siblingInvocationId,
  workflowInvocationId,
} from './invocation-id.ts';
export { deploymentIdFromFingerprint, type DeploymentId, parseDeploymentId } from './deployment-id.ts';
export { type AwakeableTarget, formatAwakeableId, parseAwakeableId } from './awakeable-id.ts';
export { decodeBase64url, encodeBase64url } from './base64url.ts';
export { digest, digestBase64url, digestHex, encodeHex, keyedDigest } from './digest.ts';
export { canonicalJson } from './canonical-json.ts';
export {
  invocationContentType,
  isProtocolVersion,
  negotiateProtocolVersion,
  parseInvocationContentType,
  type ProtocolVersionRange,
  supportedProtocolVersions,
} from './protocol-version.ts';
export {
  type Manifest,
  MANIFEST_CONTENT_TYPES,
  type ManifestHandler,
  type ManifestInput,
  type ManifestOutput,
  type ManifestRetryPolicy,
  type ManifestService,
  type ManifestSettings,
  type ManifestVersion,
  manifestVersionOf,
} from './manifest.ts';
export { formatManifest } from './format-manifest.ts';
