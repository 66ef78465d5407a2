/** What the program in misbehaving-program.ts does to an attempt, once it has read the request's head. */
export type Act =
  /** A whole response. */
  | {
      readonly kind: 'answer';
      readonly status?: number;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Frames, as hex. */
      readonly body?: string;
    }
  /** The head and a part of the body, then nothing more. */
  | { readonly kind: 'stall'; readonly body: string }
  /** The head and a part of the body, then the connection is cut: politely, or with a reset. */
  | { readonly kind: 'cut'; readonly body: string; readonly how: 'end' | 'reset' }
  /** A reset of the stream, or of the connection where it carries one stream only. */
  | { readonly kind: 'reset' }
  /** Nothing at all. */
  | { readonly kind: 'hang' }
  /** Bytes that are no HTTP, straight to the socket. */
  | { readonly kind: 'noise' };

export interface Misbehaviour {
  /** Completes the sentence "an endpoint that …". */
  readonly what: string;
  readonly act: Act;
  /** The code of the failure that it must lead to. */
  readonly code: string;
  /** Entries of the journal that are kept, beside the input: what came whole and in order before the fault. */
  readonly kept?: number;
}

const output = '040100000000000872060a04226f6b22';
const end = '0003000000000000';

/** A frame as hex: type, no flags, length, body. */
function frame(type: number, body: string): string {
  return `${type.toString(16).padStart(4, '0')}0000${(body.length / 2).toString(16).padStart(8, '0')}${body}`;
}

/** A Run command that announces a completion (field 11, protocol section 8). */
function run(completionId: number): string {
  return frame(0x0411, `58${completionId.toString(16).padStart(2, '0')}`);
}

export const misbehaviours: readonly Misbehaviour[] = [
  {
    what: 'answers with a page of HTML',
    act: { kind: 'answer', contentType: 'text/html', body: Buffer.from('<h1>hello</h1>').toString('hex') },
    code: 'ENDPOINT_WRONG_CONTENT_TYPE',
  },
  {
    what: 'redirects elsewhere',
    act: { kind: 'answer', status: 302, headers: { location: '/elsewhere' } },
    code: 'ENDPOINT_REDIRECTED',
  },
  { what: 'answers an empty 200', act: { kind: 'answer' }, code: 'STREAM_ENDED_EARLY' },
  { what: 'never answers', act: { kind: 'hang' }, code: 'ABORT_TIMEOUT' },
  {
    what: 'stops in the middle of an answer',
    act: { kind: 'stall', body: output.slice(0, 20) },
    code: 'ABORT_TIMEOUT',
  },
  {
    what: 'closes the connection in the middle of an answer',
    act: { kind: 'cut', body: output.slice(0, 20), how: 'end' },
    code: 'STREAM_LOST',
  },
  {
    what: 'resets the connection in the middle of an answer',
    act: { kind: 'cut', body: output.slice(0, 20), how: 'reset' },
    code: 'STREAM_LOST',
  },
  { what: 'resets every stream at once', act: { kind: 'reset' }, code: 'STREAM_LOST' },
  { what: 'answers noise', act: { kind: 'noise' }, code: 'STREAM_LOST' },
  { what: 'ends inside a frame', act: { kind: 'answer', body: output.slice(0, 24) }, code: 'STREAM_ENDED_EARLY' },
  {
    what: 'announces a frame of two gigabytes',
    act: { kind: 'stall', body: '0401000080000000' },
    code: 'MESSAGE_TOO_LARGE',
  },
  { what: 'sends an unknown frame', act: { kind: 'answer', body: frame(0x03ff, '') }, code: 'PROTOCOL_VIOLATION' },
  {
    what: 'sends a frame of the custom range',
    act: { kind: 'answer', body: frame(0xfc00, '') },
    code: 'PROTOCOL_VIOLATION',
  },
  {
    what: 'sends a frame that cannot be decoded',
    act: { kind: 'answer', body: frame(0x0401, 'ffffff') + end },
    code: 'PROTOCOL_VIOLATION',
  },
  {
    what: 'writes state where there is none',
    act: { kind: 'answer', body: frame(0x0403, '0a02fffe1a030a0178') + end },
    code: 'COMMAND_REFUSED',
  },
  {
    what: 'sends the same command twice',
    act: { kind: 'answer', body: run(1) + run(1) + output + end },
    code: 'PROTOCOL_VIOLATION',
    kept: 1,
  },
  {
    what: 'counts its commands backwards',
    act: { kind: 'answer', body: run(5) + run(3) + output + end },
    code: 'PROTOCOL_VIOLATION',
    kept: 1,
  },
  {
    what: 'reports the result of a step that it never began',
    act: { kind: 'answer', body: frame(0x0005, '0863720178') + output + end },
    code: 'PROTOCOL_VIOLATION',
  },
  {
    what: 'waits for a completion that nothing will bring',
    act: { kind: 'answer', body: frame(0x0001, '080c') },
    code: 'PROTOCOL_VIOLATION',
  },
  { what: 'ends without an output', act: { kind: 'answer', body: end }, code: 'PROTOCOL_VIOLATION' },
  {
    what: 'sends what only the runtime may send',
    act: { kind: 'answer', body: frame(0x0000, '') },
    code: 'PROTOCOL_VIOLATION',
  },
];

/** Services are named after the place of a misbehaviour in the list. */
export function serviceOf(one: Misbehaviour): string {
  return `Bad${misbehaviours.indexOf(one)}`;
}

export function misbehaviourOf(path: string): Misbehaviour | undefined {
  const [, index] = /^\/invoke\/Bad(\d+)\//.exec(path) ?? [];
  return index === undefined ? undefined : misbehaviours[Number(index)];
}

export function manifest(): string {
  return JSON.stringify({
    protocolMode: 'BIDI_STREAM',
    minProtocolVersion: 5,
    // The frames of the list are those of both; V7 has another suspension.
    maxProtocolVersion: 6,
    services: misbehaviours.map((one) => ({ name: serviceOf(one), ty: 'SERVICE', handlers: [{ name: 'go' }] })),
  });
}
