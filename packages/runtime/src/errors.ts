/**
 * Every stable error code, and what it means to a program: the HTTP status and the exit code of the command line.
 *
 * Exhaustive by type: a code that some part can raise and that is missing here does not compile. Each code has a page in
 * docs/errors.
 */
import type { DeploymentErrorCode } from './deployments/deployment-error.ts';
import type { Refusal } from './engine/command.ts';
import type { AttemptProblemCode } from './invoker/attempt-problem.ts';
import type { QueryErrorCode } from './query/query-error.ts';
import type { StoreErrorCode } from './store/store-error.ts';

/** Codes that the ingress raises itself. */
export type IngressCode =
  | 'PATH_REFUSED'
  | 'ROUTE_NOT_FOUND'
  | 'METHOD_REFUSED'
  | 'PARAMETER_REFUSED'
  | 'BODY_REFUSED'
  | 'BODY_TOO_LARGE'
  | 'BODY_TIMEOUT'
  | 'HEADERS_TOO_LARGE'
  | 'REQUEST_MALFORMED'
  | 'SCOPE_REFUSED'
  | 'AWAKEABLE_REFUSED'
  | 'INVOCATION_ID_REFUSED'
  | 'INVOCATION_NOT_READY'
  | 'WORKFLOW_ALREADY_STARTED'
  | 'RESULT_GONE'
  | 'OVERLOADED'
  | 'STORE_UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'NOT_READY'
  | 'SHUTTING_DOWN'
  | 'INTERNAL';

/** Codes that the admin API raises itself. */
export type AdminCode = 'HOST_REFUSED' | 'ORIGIN_REFUSED';

/** Codes of failed attempts that the engine decides. They stand in an invocation's last failure. */
export type AttemptCode =
  | 'JOURNAL_MISMATCH'
  | 'HANDLER_ERROR'
  | 'PROTOCOL_VIOLATION'
  | 'COMMAND_REFUSED'
  | 'CALL_TARGET_UNKNOWN'
  | 'SUSPENDED_ON_OPEN_RUN';

/** Codes of starting a runtime. */
export type StartCode = 'CONFIG_REFUSED' | 'BIND_REFUSED' | 'PORT_IN_USE' | 'IDENTITY_KEY_REFUSED';

/** Codes that only the command line raises. */
export type CommandLineCode = 'RUNTIME_UNREACHABLE' | 'ANSWER_NOT_UNDERSTOOD' | 'USAGE' | 'NODE_TOO_OLD';

export type ErrorCode =
  | Refusal['code']
  | IngressCode
  | AdminCode
  | AttemptCode
  | StartCode
  | CommandLineCode
  | DeploymentErrorCode
  | StoreErrorCode
  | AttemptProblemCode
  | QueryErrorCode;

/** 1 = failed, 2 = the command was wrong, 3 = the runtime cannot be reached, 4 = refused because of what exists. */
export type ExitCode = 1 | 2 | 3 | 4;

export interface ErrorMeaning {
  readonly httpStatus: number;
  readonly exitCode: ExitCode;
  readonly title: string;
}

const meaning = (httpStatus: number, exitCode: ExitCode, title: string): ErrorMeaning => ({
  httpStatus,
  exitCode,
  title,
});

export const errorTable: Readonly<Record<ErrorCode, ErrorMeaning>> = {
  QUERY_INVALID: meaning(400, 2, 'The query is no SQL that the store understands'),
  QUERY_REFUSED: meaning(400, 2, 'The query does more than read the views'),
  QUERY_TIMEOUT: meaning(408, 1, 'The query took too long and was stopped'),
  QUERY_TOO_LARGE: meaning(413, 1, 'The query asks for more than fits'),
  QUERY_UNAVAILABLE: meaning(503, 1, 'Queries cannot be answered now'),
  SERVICE_NOT_FOUND: meaning(404, 1, 'No deployment serves this service'),
  HANDLER_NOT_FOUND: meaning(404, 1, 'The service has no such handler'),
  HANDLER_PRIVATE: meaning(400, 4, 'The handler can only be called by other handlers'),
  DEPLOYMENT_NOT_FOUND: meaning(404, 1, 'There is no such deployment'),
  DEPLOYMENT_CLOSING: meaning(409, 4, 'The deployment takes no new work'),
  DEPLOYMENT_UNSUITABLE: meaning(400, 4, 'The deployment cannot run this invocation'),
  PIN_CONFLICT: meaning(409, 4, 'The work is pinned to another deployment than the one asked for'),
  INPUT_REFUSED: meaning(400, 2, 'The body or its content type does not fit the handler'),
  KEY_REQUIRED: meaning(400, 2, 'The service is keyed and no key was given'),
  KEY_REFUSED: meaning(400, 2, 'The service has no keys and one was given'),
  IDEMPOTENCY_KEY_REFUSED: meaning(400, 2, 'The handler does not take an idempotency key'),
  INVOCATION_NOT_FOUND: meaning(404, 1, 'There is no such invocation'),
  INVOCATION_COMPLETED: meaning(409, 4, 'The invocation is completed'),
  INVOCATION_NOT_COMPLETED: meaning(409, 4, 'The invocation is not completed'),
  INVOCATION_NOT_STARTED: meaning(425, 4, 'The invocation has not started'),
  INVOCATION_RUNNING: meaning(409, 4, 'The invocation is running'),
  INVOCATION_WRONG_STATUS: meaning(409, 4, 'The status of the invocation does not allow this'),
  JOURNAL_GONE: meaning(410, 4, 'The journal is no longer kept'),
  JOURNAL_PREFIX_INCOMPLETE: meaning(400, 4, 'The journal prefix cannot be copied'),
  WORKFLOW_RESTART_REFUSED: meaning(422, 4, 'A workflow run cannot be restarted under a new id'),
  STATE_LOCKED: meaning(409, 4, 'The key is busy'),
  REASON_REQUIRED: meaning(400, 2, 'This act needs a reason'),

  PATH_REFUSED: meaning(400, 2, 'The path does not have the form that the route needs'),
  ROUTE_NOT_FOUND: meaning(404, 1, 'There is nothing at this path'),
  METHOD_REFUSED: meaning(405, 2, 'The path does not take this method'),
  PARAMETER_REFUSED: meaning(400, 2, 'A parameter has a value that cannot be used'),
  BODY_REFUSED: meaning(400, 2, 'The body is not what the route needs'),
  BODY_TOO_LARGE: meaning(413, 2, 'The body is larger than the limit'),
  BODY_TIMEOUT: meaning(408, 1, 'The body did not arrive in time'),
  HEADERS_TOO_LARGE: meaning(431, 2, 'The headers are larger than the limit'),
  REQUEST_MALFORMED: meaning(400, 2, 'The request is not HTTP that can be understood'),
  SCOPE_REFUSED: meaning(400, 2, 'Scopes and limit keys are not supported'),
  AWAKEABLE_REFUSED: meaning(400, 2, 'The text is no awakeable id'),
  INVOCATION_ID_REFUSED: meaning(400, 2, 'The text is no invocation id'),
  INVOCATION_NOT_READY: meaning(470, 1, 'The invocation has no result yet'),
  WORKFLOW_ALREADY_STARTED: meaning(409, 4, 'The workflow runs, or ran, for this key'),
  RESULT_GONE: meaning(410, 1, 'The result is no longer kept'),
  OVERLOADED: meaning(429, 1, 'The runtime has more work waiting than it accepts'),
  STORE_UNAVAILABLE: meaning(503, 1, 'The store cannot be read or written now'),
  OUTCOME_UNKNOWN: meaning(503, 1, 'It is not known whether the request took effect'),
  NOT_READY: meaning(503, 3, 'The runtime is starting'),
  SHUTTING_DOWN: meaning(503, 3, 'The runtime is stopping'),
  INTERNAL: meaning(500, 1, 'The runtime has a bug'),

  HOST_REFUSED: meaning(403, 2, 'The Host header names a machine that this API does not answer for'),
  ORIGIN_REFUSED: meaning(403, 2, 'A web page of another origin may not use the admin API'),

  DEPLOYMENT_ADDRESS_REFUSED: meaning(400, 2, 'The address cannot be one of a deployment'),
  DEPLOYMENT_REQUEST_REFUSED: meaning(400, 2, 'A header or the metadata of a deployment cannot be used'),
  DISCOVERY_UNREACHABLE: meaning(502, 1, 'Nothing answers at the address of the deployment'),
  DISCOVERY_ADDRESS_DENIED: meaning(400, 4, 'The runtime does not connect to addresses of this kind'),
  DISCOVERY_HTTP1_ONLY: meaning(502, 1, 'The deployment speaks HTTP/1.1 only'),
  DISCOVERY_HTTP2_ONLY: meaning(502, 1, 'The deployment speaks HTTP/2 only'),
  DISCOVERY_REDIRECTED: meaning(502, 1, 'The address of the deployment redirects'),
  DISCOVERY_REFUSED: meaning(502, 1, 'The deployment refused to say what it serves'),
  DISCOVERY_WRONG_CONTENT_TYPE: meaning(502, 1, 'What answers at the address is no deployment'),
  DISCOVERY_TOO_LARGE: meaning(502, 1, 'The manifest is larger than the limit'),
  DISCOVERY_NOT_JSON: meaning(502, 1, 'The manifest is not JSON'),
  MANIFEST_REFUSED: meaning(400, 1, 'The manifest of the deployment cannot be accepted'),
  MANIFEST_UNSTABLE: meaning(409, 1, 'Two discoveries of one address found different content'),
  PROTOCOL_VERSION_UNSUPPORTED: meaning(400, 1, 'The deployment and the runtime have no protocol version in common'),
  SERVICE_KIND_CHANGED: meaning(409, 4, 'A service would change its kind'),
  DEPLOYMENT_ADDRESS_IN_USE: meaning(409, 4, 'The address holds pinned work of another deployment'),
  DEPLOYMENT_ADDRESS_MOVED: meaning(409, 4, 'The same content is registered at another address'),
  DEPLOYMENT_CHANGED: meaning(409, 4, 'Other content than the registered answers at the address'),
  DEPLOYMENT_IN_USE: meaning(409, 4, 'The deployment still holds work'),
  DEPLOYMENT_CURRENT: meaning(409, 4, 'The deployment takes the new work of services that others serve too'),
  SERVICE_SETTING_REFUSED: meaning(400, 2, 'The setting belongs to the deployment and cannot be changed'),
  REGISTRY_UNAVAILABLE: meaning(503, 1, 'A change of the registry did not reach every partition'),

  STORE_LOCKED: meaning(500, 4, 'Another process has the data directory'),
  STORE_NEWER: meaning(500, 4, 'A newer release of Holdfast wrote the data directory'),
  STORE_SCHEMA_CHANGED: meaning(500, 1, 'The schema of the store is not one that this release made'),
  STORE_CORRUPT: meaning(500, 1, 'The files of the store are damaged'),
  STORE_FULL: meaning(503, 1, 'The disk is full'),
  STORE_IO: meaning(503, 1, 'Reading or writing the store failed'),
  STORE_SYNC_FAILED: meaning(503, 1, 'The disk did not confirm a write'),
  STORE_REVISION_CONFLICT: meaning(409, 1, 'The registry was changed by somebody else'),
  STORE_JOURNAL_GAP: meaning(500, 1, 'A journal would get a gap'),
  STORE_JOURNAL_ORPHANED: meaning(500, 1, 'A journal belongs to no invocation'),
  STORE_JOURNAL_TOO_LONG: meaning(500, 1, 'A journal is longer than the store keeps'),
  STORE_OUTCOME_UNKNOWN: meaning(503, 1, 'It is not known whether a commit took place'),
  STORE_FENCED: meaning(503, 1, 'The partition was opened again'),
  STORE_CLOSED: meaning(503, 3, 'The store is closed'),

  JOURNAL_MISMATCH: meaning(500, 1, 'The code did not do what the journal records'),
  HANDLER_ERROR: meaning(500, 1, 'The handler failed and is tried again'),
  COMMAND_REFUSED: meaning(500, 1, 'The handler asked for something that cannot be done'),
  CALL_TARGET_UNKNOWN: meaning(500, 1, 'The handler called a service or handler that is not registered'),
  SUSPENDED_ON_OPEN_RUN: meaning(500, 1, 'The handler suspended on a step that it has not run'),
  RUNTIME_BUG: meaning(500, 1, 'The runtime has a bug'),
  DEPLOYMENT_GONE: meaning(500, 1, 'The deployment of an invocation is not registered any more'),
  HANDLER_GONE: meaning(500, 1, 'The deployment does not serve the handler'),
  REPLAY_UNREADABLE: meaning(500, 1, 'The journal could not be read for a replay'),
  ADDRESS_DENIED: meaning(500, 4, 'The runtime does not connect to addresses of this kind'),
  ENDPOINT_UNREACHABLE: meaning(502, 1, 'The deployment cannot be reached'),
  ENDPOINT_REFUSED_VERSION: meaning(502, 1, 'The deployment refused the protocol version'),
  ENDPOINT_REFUSED_SIZE: meaning(502, 1, 'The deployment refused the size of the request'),
  ENDPOINT_RATE_LIMITED: meaning(502, 1, 'The deployment limits the rate of requests'),
  ENDPOINT_REDIRECTED: meaning(502, 1, 'The deployment answered with a redirect'),
  ENDPOINT_ERROR_STATUS: meaning(502, 1, 'The deployment answered with an error status'),
  ENDPOINT_WRONG_CONTENT_TYPE: meaning(502, 1, 'The deployment answered something that is no protocol stream'),
  PROTOCOL_VIOLATION: meaning(502, 1, 'The deployment broke the protocol'),
  FLOW_CONTROL_UNSUPPORTED: meaning(502, 1, 'The handler used scopes or limit keys'),
  MESSAGE_TOO_LARGE: meaning(502, 1, 'A message is larger than the limit'),
  STREAM_LOST: meaning(502, 1, 'The connection to the deployment broke'),
  STREAM_ENDED_EARLY: meaning(502, 1, 'The deployment ended its response too early'),
  ABORT_TIMEOUT: meaning(502, 1, 'The handler did not suspend in time'),
  RUNTIME_BUSY: meaning(503, 1, 'The runtime could not take the messages of an attempt'),

  CONFIG_REFUSED: meaning(500, 2, 'The configuration cannot be used'),
  BIND_REFUSED: meaning(500, 2, 'Listening beyond this machine needs an explicit choice'),
  PORT_IN_USE: meaning(500, 1, 'Another process listens on the port'),
  IDENTITY_KEY_REFUSED: meaning(500, 2, 'The identity key cannot be used'),

  RUNTIME_UNREACHABLE: meaning(503, 3, 'No runtime answers at the admin address'),
  ANSWER_NOT_UNDERSTOOD: meaning(502, 3, 'What answers at the admin address is not a Holdfast runtime'),
  USAGE: meaning(400, 2, 'The command line is wrong'),
  NODE_TOO_OLD: meaning(500, 1, 'The version of Node.js is too old'),
};

/** Looks a code up that came as text from elsewhere. */
export function findErrorMeaning(code: string): ErrorMeaning | undefined {
  // The key was found by the check, which is what the cast says.
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode] : undefined;
}
