import type { Frame } from './frame.ts';
import { closeFrame, openFrame, writePresentString, writePresentUint32 } from './frame-writer.ts';
import type { Notification, NotificationId, NotificationKind, NotificationResult } from './message.ts';
import { type MessageReader, readMessage } from './message-reader.ts';
import { MessageType, messageTypeName } from './message-type.ts';
import { ProtocolError } from './protocol-error.ts';
import { once, required, requiredId } from './field-rules.ts';
import {
  readFailed,
  readStateKeys,
  readSuccess,
  readVoid,
  writeFailure,
  writeStateKeys,
  writeValue,
  writeVoid,
} from './result-codec.ts';

interface NotificationRule {
  readonly type: number;
  readonly results: readonly NotificationResult['kind'][];
}

const rules: { readonly [K in NotificationKind]: NotificationRule } = {
  getLazyState: { type: MessageType.GetLazyStateNotification, results: ['void', 'success'] },
  getLazyStateKeys: { type: MessageType.GetLazyStateKeysNotification, results: ['stateKeys'] },
  getPromise: { type: MessageType.GetPromiseNotification, results: ['success', 'failure'] },
  peekPromise: { type: MessageType.PeekPromiseNotification, results: ['void', 'success', 'failure'] },
  completePromise: { type: MessageType.CompletePromiseNotification, results: ['void', 'failure'] },
  sleep: { type: MessageType.SleepNotification, results: ['void'] },
  call: { type: MessageType.CallNotification, results: ['success', 'failure'] },
  callInvocationId: { type: MessageType.CallInvocationIdNotification, results: ['invocationId'] },
  run: { type: MessageType.RunNotification, results: ['success', 'failure'] },
  attachInvocation: { type: MessageType.AttachInvocationNotification, results: ['success', 'failure'] },
  getInvocationOutput: {
    type: MessageType.GetInvocationOutputNotification,
    results: ['void', 'success', 'failure'],
  },
  signal: { type: MessageType.SignalNotification, results: ['void', 'success', 'failure'] },
};

const kindByType: ReadonlyMap<number, NotificationKind> = new Map(
  // Object.entries widens the keys of a closed record to string.
  Object.entries(rules).map(([kind, rule]) => [rule.type, kind as NotificationKind]),
);

/** This encodes a notification as a whole frame. All notifications share one layout; only the type code differs. */
export function encodeNotification(notification: Notification): Uint8Array {
  const writer = openFrame();
  const { id, result } = notification;
  if (id.kind === 'completion') writePresentUint32(writer, 1, id.id);
  else if (id.kind === 'signal') writePresentUint32(writer, 2, id.id);
  else writePresentString(writer, 3, id.name);
  // Even an empty result is written: SDKs refuse a notification whose result is absent.
  if (result.kind === 'void') writeVoid(writer, 4);
  else if (result.kind === 'success') writeValue(writer, 5, result.value);
  else if (result.kind === 'failure') writeFailure(writer, 6, result.failure);
  else if (result.kind === 'invocationId') writePresentString(writer, 16, result.invocationId);
  else writeStateKeys(writer, 17, result.keys);
  return closeFrame(rules[notification.of].type);
}

export function decodeNotification(frame: Frame): Notification {
  const of = kindByType.get(frame.type);
  const name = messageTypeName(frame.type);
  if (of === undefined) {
    throw new ProtocolError('UNEXPECTED_MESSAGE', {
      message: `${name} is not a notification.`,
      details: { type: frame.type },
    });
  }
  return readMessage(name, frame.body, (reader) => readNotification(reader, of));
}

function readNotification(reader: MessageReader, of: NotificationKind): Notification {
  let id: NotificationId | undefined;
  let result: NotificationResult | undefined;
  while (reader.next()) {
    const foundId = readId(reader);
    if (foundId !== undefined) {
      id = once(reader, id, 'id', foundId);
      continue;
    }
    const foundResult = readResult(reader);
    if (foundResult !== undefined) result = once(reader, result, 'result', foundResult);
    else reader.skip();
  }
  const presentId = required(reader, id, 'id');
  const presentResult = required(reader, result, 'result');
  if ((presentId.kind === 'completion') === (of === 'signal')) throw reader.malformed(`it has a ${presentId.kind} id`);
  if (!rules[of].results.includes(presentResult.kind)) throw reader.malformed(`it has a ${presentResult.kind} result`);
  return { kind: 'notification', of, id: presentId, result: presentResult };
}

function readId(reader: MessageReader): NotificationId | undefined {
  switch (reader.field) {
    case 1:
      return { kind: 'completion', id: requiredId(reader, reader.uint32(), 'completion id') };
    case 2:
      return { kind: 'signal', id: requiredId(reader, reader.uint32(), 'signal id') };
    case 3:
      return { kind: 'namedSignal', name: reader.string() };
    default:
      return undefined;
  }
}

function readResult(reader: MessageReader): NotificationResult | undefined {
  switch (reader.field) {
    case 4:
      reader.message(readVoid);
      return { kind: 'void' };
    case 5:
      return readSuccess(reader);
    case 6:
      return readFailed(reader);
    case 16:
      return { kind: 'invocationId', invocationId: reader.string() };
    case 17:
      return { kind: 'stateKeys', keys: reader.message(readStateKeys) };
    default:
      return undefined;
  }
}
