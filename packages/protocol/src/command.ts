import { attachInvocationCodec, getInvocationOutputCodec } from './attach-commands.ts';
import { callCodec, oneWayCallCodec } from './call-commands.ts';
import type { CommandCodec } from './command-codec.ts';
import type { Frame } from './frame.ts';
import { closeFrame, openFrame } from './frame-writer.ts';
import type { Command, CommandKind } from './message.ts';
import { readMessage } from './message-reader.ts';
import { messageTypeName } from './message-type.ts';
import { completePromiseCodec, getPromiseCodec, peekPromiseCodec } from './promise-commands.ts';
import { ProtocolError } from './protocol-error.ts';
import { completeAwakeableCodec, sendSignalCodec } from './signal-commands.ts';
import {
  clearAllStateCodec,
  clearStateCodec,
  getEagerStateCodec,
  getEagerStateKeysCodec,
  getLazyStateCodec,
  getLazyStateKeysCodec,
  setStateCodec,
} from './state-commands.ts';
import { inputCodec, outputCodec, runCodec, sleepCodec } from './step-commands.ts';

const codecs: { readonly [K in CommandKind]: CommandCodec<K> } = {
  input: inputCodec,
  output: outputCodec,
  getLazyState: getLazyStateCodec,
  setState: setStateCodec,
  clearState: clearStateCodec,
  clearAllState: clearAllStateCodec,
  getLazyStateKeys: getLazyStateKeysCodec,
  getEagerState: getEagerStateCodec,
  getEagerStateKeys: getEagerStateKeysCodec,
  getPromise: getPromiseCodec,
  peekPromise: peekPromiseCodec,
  completePromise: completePromiseCodec,
  sleep: sleepCodec,
  call: callCodec,
  oneWayCall: oneWayCallCodec,
  sendSignal: sendSignalCodec,
  run: runCodec,
  attachInvocation: attachInvocationCodec,
  getInvocationOutput: getInvocationOutputCodec,
  completeAwakeable: completeAwakeableCodec,
};

const codecByType: ReadonlyMap<number, { readonly decode: CommandCodec<CommandKind>['decode'] }> = new Map(
  Object.values(codecs).map((codec) => [codec.type, codec]),
);

/** This names the wire type of a command, as Error's related command type wants it. */
export function commandType(kind: CommandKind): number {
  return codecs[kind].type;
}

/** This encodes a command as a whole frame, ready to be stored or sent. */
export function encodeCommand(command: Command, options: { readonly ackRequested?: boolean } = {}): Uint8Array {
  // The table is keyed by the command's own kind, which the compiler cannot correlate across a union.
  const codec = codecs[command.kind] as CommandCodec<CommandKind>;
  codec.encode(openFrame(), command);
  return closeFrame(codec.type, options.ackRequested);
}

export function decodeCommand(frame: Frame): Command {
  const codec = codecByType.get(frame.type);
  const name = messageTypeName(frame.type);
  if (codec === undefined) {
    throw new ProtocolError('UNEXPECTED_MESSAGE', {
      message: `${name} is not a command.`,
      details: { type: frame.type },
    });
  }
  return readMessage(name, frame.body, codec.decode);
}
