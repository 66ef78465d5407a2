/** Wire type codes of the service protocol V5 to V7. */
export const MessageType = {
  Start: 0x0000,
  Suspension: 0x0001,
  Error: 0x0002,
  End: 0x0003,
  CommandAck: 0x0004,
  ProposeRunCompletion: 0x0005,
  AwaitingOn: 0x0006,
  ProposeRunCompletionAck: 0x0007,

  InputCommand: 0x0400,
  OutputCommand: 0x0401,
  GetLazyStateCommand: 0x0402,
  SetStateCommand: 0x0403,
  ClearStateCommand: 0x0404,
  ClearAllStateCommand: 0x0405,
  GetLazyStateKeysCommand: 0x0406,
  GetEagerStateCommand: 0x0407,
  GetEagerStateKeysCommand: 0x0408,
  GetPromiseCommand: 0x0409,
  PeekPromiseCommand: 0x040a,
  CompletePromiseCommand: 0x040b,
  SleepCommand: 0x040c,
  CallCommand: 0x040d,
  OneWayCallCommand: 0x040e,
  SendSignalCommand: 0x0410,
  RunCommand: 0x0411,
  AttachInvocationCommand: 0x0412,
  GetInvocationOutputCommand: 0x0413,
  CompleteAwakeableCommand: 0x0414,

  GetLazyStateNotification: 0x8002,
  GetLazyStateKeysNotification: 0x8006,
  GetPromiseNotification: 0x8009,
  PeekPromiseNotification: 0x800a,
  CompletePromiseNotification: 0x800b,
  SleepNotification: 0x800c,
  CallNotification: 0x800d,
  CallInvocationIdNotification: 0x800e,
  RunNotification: 0x8011,
  AttachInvocationNotification: 0x8012,
  GetInvocationOutputNotification: 0x8013,
  SignalNotification: 0xfbff,
} as const;

export type MessageTypeName = keyof typeof MessageType;

const nameByType: ReadonlyMap<number, string> = new Map(
  Object.entries(MessageType).map(([name, type]) => [type, name]),
);

export function isKnownType(type: number): boolean {
  return nameByType.has(type);
}

/** This names a type code for people: `SleepCommand`, or the hexadecimal code when no message has it. */
export function messageTypeName(type: number): string {
  return nameByType.get(type) ?? `0x${type.toString(16).padStart(4, '0')}`;
}

export function isCommandType(type: number): boolean {
  return type >= 0x0400 && type < 0x8000;
}

export function isNotificationType(type: number): boolean {
  return type >= 0x8000 && type < 0xfc00;
}

/** After one of these the endpoint has said everything; later bytes of the attempt mean nothing. */
export function isTerminalType(type: number): boolean {
  return type === MessageType.End || type === MessageType.Suspension || type === MessageType.Error;
}
