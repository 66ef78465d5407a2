import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  closeFrame,
  openFrame,
  openMessage,
  writeBool,
  writePackedUint32s,
  writePresentString,
  writePresentUint32,
} from './frame-writer.ts';
import type { AwaitSet, EndpointMessage, ProtocolVersion, Suspension } from './message.ts';
import type { MessageReader } from './message-reader.ts';
import { MessageType } from './message-type.ts';
import { ProtocolError } from './protocol-error.ts';

/**
 * What an invocation waits for travels in two layouts that exclude each other: flat lists (V5, V6) or a tree (V7).
 *
 * A tree is flattened to its leaves. Waking on any leaf is a superset of waking when the tree is settled; an SDK that is
 * woken early suspends again.
 */
const treeDepthMax = 1000;
// A handler that waits for more than this at once is a bug or an attack; every element costs the store a row part.
const leavesMax = 100_000;
const firstCompleted = 1;

class Leaves {
  readonly completions: number[] = [];
  readonly signals: number[] = [];
  readonly namedSignals: string[] = [];

  take(reader: MessageReader): boolean {
    switch (reader.field) {
      case 1:
        reader.uint32s(this.completions, leavesMax);
        return true;
      case 2:
        reader.uint32s(this.signals, leavesMax);
        return true;
      case 3:
        if (this.namedSignals.length >= leavesMax)
          throw reader.malformed(`it waits for more than ${leavesMax} signals`);
        this.namedSignals.push(reader.string());
        return true;
      default:
        return false;
    }
  }

  get empty(): boolean {
    return this.completions.length === 0 && this.signals.length === 0 && this.namedSignals.length === 0;
  }

  /** The same leaf may stand in several branches of a tree; what is waited for is a set. */
  finish(reader: MessageReader): AwaitSet {
    if (this.completions.includes(0)) throw reader.malformed('it waits for completion id 0');
    if (this.signals.includes(0)) throw reader.malformed('it waits for signal id 0');
    return {
      completions: [...new Set(this.completions)],
      signals: [...new Set(this.signals)],
      namedSignals: [...new Set(this.namedSignals)],
    };
  }
}

export function readSuspension(reader: MessageReader, version: ProtocolVersion): Suspension {
  const leaves = new Leaves();
  while (reader.next()) {
    if (reader.field > 4) reader.skip();
    else if ((reader.field === 4) !== (version === 7)) throw layoutMismatch(version);
    else if (reader.field === 4) readTreeField(reader, leaves, 1);
    else leaves.take(reader);
  }
  if (leaves.empty) throw reader.malformed('it waits for nothing');
  return { kind: 'suspension', ...leaves.finish(reader) };
}

/** AwaitingOn is a hint for display: an empty one is legal. */
export function readAwaitingOn(reader: MessageReader): Extract<EndpointMessage, { kind: 'awaitingOn' }> {
  const leaves = new Leaves();
  let executingSideEffects = false;
  while (reader.next()) {
    if (reader.field === 1) readTreeField(reader, leaves, 1);
    else if (reader.field === 2) executingSideEffects = reader.bool();
    else reader.skip();
  }
  return { kind: 'awaitingOn', executingSideEffects, ...leaves.finish(reader) };
}

export function encodeSuspension(set: AwaitSet, version: ProtocolVersion): Uint8Array {
  const writer = openFrame();
  if (version === 7) writeRace(writer, 4, set);
  else writeLeaves(writer, set);
  return closeFrame(MessageType.Suspension);
}

/** V7 only. */
export function encodeAwaitingOn(set: AwaitSet & { readonly executingSideEffects: boolean }): Uint8Array {
  const writer = openFrame();
  writeRace(writer, 1, set);
  writeBool(writer, 2, set.executingSideEffects);
  return closeFrame(MessageType.AwaitingOn);
}

function readTreeField(reader: MessageReader, leaves: Leaves, depth: number): void {
  if (depth > treeDepthMax) {
    throw new ProtocolError('AWAIT_TREE_TOO_DEEP', {
      message: `The invocation awaits a combination that is nested deeper than ${treeDepthMax} levels.`,
      hint: 'Await in a loop, or combine the promises in one flat list.',
      details: { treeDepthMax },
    });
  }
  reader.message((node) => {
    while (node.next()) {
      if (node.field === 4) readTreeField(node, leaves, depth + 1);
      // The combinator does not matter once the tree is flattened, but it must be a number.
      else if (node.field === 5) node.uint32();
      else if (!leaves.take(node)) node.skip();
    }
  });
}

function writeRace(writer: BinaryWriter, field: number, set: AwaitSet): void {
  openMessage(writer, field);
  writeLeaves(writer, set);
  writePresentUint32(writer, 5, firstCompleted);
  writer.join();
}

function writeLeaves(writer: BinaryWriter, set: AwaitSet): void {
  writePackedUint32s(writer, 1, set.completions);
  writePackedUint32s(writer, 2, set.signals);
  for (const name of set.namedSignals) writePresentString(writer, 3, name);
}

function layoutMismatch(version: ProtocolVersion): ProtocolError {
  return new ProtocolError('VERSION_MISMATCH', {
    message: `The suspension does not have the layout of protocol V${version}, which this attempt negotiated.`,
    hint: 'V5 and V6 list ids, V7 sends a tree; the SDK must follow the content type of the request.',
    details: { version },
  });
}
