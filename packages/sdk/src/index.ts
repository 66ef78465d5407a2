export {
  handler,
  type HandlerDefinition,
  type HandlerFunction,
  type HandlerOptions,
  type Payload,
  shared,
  type SharedOptions,
} from './definition/handler.ts';
export {
  type AnyDefinition,
  object,
  type ObjectDefinition,
  service,
  type ServiceDefinition,
  workflow,
  type WorkflowDefinition,
} from './definition/service-definition.ts';
export type {
  Awakeable,
  CallOptions,
  CallPromise,
  Context,
  ContextDate,
  ContextRandom,
  GenericCall,
  GenericSend,
  InvocationRequest,
  ObjectContext,
  ObjectSharedContext,
  SendHandle,
  SendOptions,
  Step,
  StepOptions,
  WorkflowContext,
  WorkflowPromise,
  WorkflowSharedContext,
} from './context/context.ts';
export { findContext } from './context/ambient-context.ts';
export type { Client, SendClient } from './context/client.ts';
export { DurablePromise } from './context/durable-promise.ts';
export { type Duration, durationMs } from './context/duration.ts';
export type { StepRetryOptions } from './context/retry-policy.ts';
export { binarySerde, jsonSerde, type Serde } from './context/serde.ts';
export {
  CancelledError,
  isTerminalError,
  TerminalError,
  type TerminalErrorOptions,
  TimeoutError,
} from './error/terminal-error.ts';
export { RetryableError } from './error/retryable-error.ts';
export { SdkError, type SdkErrorCode, sdkErrorTitles } from './error/sdk-error.ts';
export { formatStepName, parseStepName, type StepName } from './meaning/step-name.ts';
export { Endpoint, type EndpointAnswer, type EndpointOptions, type EndpointRequest } from './endpoint/endpoint.ts';
export type { AttemptSink } from './attempt/attempt-driver.ts';
export type { Logger } from './context/session.ts';
