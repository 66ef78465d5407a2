import { z } from 'zod';

/** A profile as `node --cpu-prof` writes it: a tree of calls, and samples of which node ran. Times in microseconds. */
const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  startTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

export type CpuProfile = z.infer<typeof profileSchema>;

/** A function in its place in the tree of calls. */
export interface Frame {
  readonly functionName: string;
  /** Empty for functions that are not JavaScript. */
  readonly url: string;
  readonly caller: Frame | undefined;
}

export interface FrameTime {
  readonly frame: Frame;
  readonly selfUs: number;
}

export function parseCpuProfile(text: string): CpuProfile {
  return profileSchema.parse(JSON.parse(text));
}

/**
 * Adds up the time of each frame itself, without what it called, between two moments of the machine's monotonic clock, which is also the
 * profiler's.
 */
export function selfTimes(profile: CpuProfile, fromMs: number, toMs: number): readonly FrameTime[] {
  const frames = framesOf(profile);
  const times = new Map<Frame, number>();
  let atUs = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    atUs += profile.timeDeltas[index] ?? 0;
    const frame = frames.get(id);
    if (frame === undefined || atUs < fromMs * 1000 || atUs > toMs * 1000) continue;
    // A sample stands for the time until the next one.
    times.set(frame, (times.get(frame) ?? 0) + Math.max(0, profile.timeDeltas[index + 1] ?? 0));
  }
  return [...times].map(([frame, selfUs]) => ({ frame, selfUs }));
}

function framesOf({ nodes }: CpuProfile): ReadonlyMap<number, Frame> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const frames = new Map<number, Frame>();
  const [root] = nodes;
  const open: { readonly id: number; readonly caller: Frame | undefined }[] =
    root === undefined ? [] : [{ id: root.id, caller: undefined }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = byId.get(next.id);
    if (node === undefined) continue;
    const { functionName, url } = node.callFrame;
    const frame = { functionName, url, caller: next.caller };
    frames.set(next.id, frame);
    for (const id of node.children ?? []) open.push({ id, caller: frame });
  }
  return frames;
}
