/**
 * What a process did to its files, in order, recorded from outside by strace, and what a disk might hold of it after a power loss: all that a
 * finished sync covers, and of the rest anything: nothing, some writes, halves of writes.
 */
import { basename } from 'node:path';

export type WriteLogEntry =
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  /** Stands where the sync ended; covers what stands before `begin`. */
  | { readonly kind: 'sync'; readonly call: 'fsync' | 'fdatasync'; readonly file: string; readonly begin: number }
  | { readonly kind: 'acknowledge'; readonly batch: number };

const calls = 'trace=pwrite64,write,ftruncate,fsync,fdatasync';
export const straceArguments: readonly string[] = '-f -qq -xx -y -s 1000000 -e signal=none -e'.split(' ').concat(calls);

const line = /^(\d+) +(?:<\.\.\. )?(pwrite64|write|ftruncate|fsync|fdatasync)(?:\((\d+)<([^>]*)>)?(.*)$/;

/** Standard output acknowledges: one batch number per line. */
export function parseWriteLog(text: string): readonly WriteLogEntry[] {
  const entries: WriteLogEntry[] = [];
  /** Syncs under way, by thread. */
  const begun = new Map<string, { readonly file: string; readonly begin: number }>();
  for (const row of text.split('\n')) {
    const [, thread = '', call = '', descriptor, path = '', rest = ''] = line.exec(row) ?? [];
    if (call === '') continue;
    const file = basename(unescape(path).toString());
    if (call === 'fsync' || call === 'fdatasync') {
      if (descriptor !== undefined) begun.set(thread, { file, begin: entries.length });
      const sync = begun.get(thread);
      if (rest.endsWith(' = 0') && sync !== undefined) entries.push({ kind: 'sync', call, ...sync });
    } else if (call === 'ftruncate') {
      entries.push({ kind: 'truncate', file, size: Number(/, (\d+)/.exec(rest)?.[1]) });
    } else {
      entries.push(...parseWrite(descriptor, file, rest));
    }
  }
  return entries;
}

function parseWrite(descriptor: string | undefined, file: string, rest: string): readonly WriteLogEntry[] {
  const [, hex = '', offset] = /^, "([^"]*)", \d+(?:, (\d+))?/.exec(rest) ?? [];
  const bytes = unescape(hex);
  if (descriptor === '1') {
    const batches = bytes.toString().trim().split('\n').map(Number);
    return batches.map((batch) => ({ kind: 'acknowledge', batch }));
  }
  return offset === undefined ? [] : [{ kind: 'write', file, offset: Number(offset), bytes }];
}

/** `\x41\x42`, as strace writes texts with -xx. */
function unescape(text: string): Buffer {
  return Buffer.from(text.replaceAll(String.raw`\x`, ''), 'hex');
}

/** How much of what no sync covers reaches the disk. */
export type LossMode = 'nothing' | 'some' | 'torn';

export interface PowerLoss {
  readonly entries: readonly WriteLogEntry[];
  /** Entries that happened before the loss. */
  readonly at: number;
  readonly file: string;
  readonly mode: LossMode;
  readonly random: () => number;
}

/** The bytes of a file after the loss. */
export function fileAfterLoss({ entries, at, file, mode, random }: PowerLoss): Buffer {
  let covered = 0;
  for (const entry of entries.slice(0, at)) {
    if (entry.kind === 'sync' && entry.file === file) covered = Math.max(covered, entry.begin);
  }
  let content: Buffer = Buffer.alloc(0);
  for (const [index, entry] of entries.slice(0, at).entries()) {
    if (entry.kind !== 'write' && entry.kind !== 'truncate') continue;
    if (entry.file !== file) continue;
    const isKept = index < covered || (mode !== 'nothing' && random() < 0.5);
    if (!isKept) continue;
    content =
      entry.kind === 'truncate'
        ? resize(content, entry.size)
        : writeAt(content, entry, index < covered || mode !== 'torn' ? 1 : random());
  }
  return content;
}

function writeAt(content: Buffer, write: { readonly offset: number; readonly bytes: Buffer }, share: number): Buffer {
  // A sector is written whole or not at all.
  const length = share === 1 ? write.bytes.length : Math.floor((write.bytes.length * share) / 512) * 512;
  const grown = content.length < write.offset + length ? resize(content, write.offset + length) : content;
  write.bytes.copy(grown, write.offset, 0, length);
  return grown;
}

function resize(content: Buffer, size: number): Buffer {
  const resized = Buffer.alloc(size);
  content.copy(resized, 0, 0, Math.min(size, content.length));
  return resized;
}
