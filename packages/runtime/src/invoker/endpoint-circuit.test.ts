import { expect, test } from 'vitest';
import { EndpointCircuit } from './endpoint-circuit.ts';

const refused = { kind: 'unreachable', message: 'could not be reached: connect ECONNREFUSED.' } as const;
const lost = { kind: 'lost', message: 'lost the connection: read ECONNRESET.' } as const;

class Scene {
  readonly circuit: EndpointCircuit;
  now = 1_000;

  constructor(random = 0) {
    this.circuit = new EndpointCircuit(() => random);
  }

  start(): object {
    expect(this.circuit.mayStart(this.now)).toBe(true);
    const attempt = {};
    this.circuit.started(attempt);
    return attempt;
  }

  fail(attempt: object, failure: typeof refused | typeof lost = refused, openedAt = this.now): void {
    this.circuit.failed(attempt, { failure, openedAt }, this.now);
  }

  /** Starts as many as may go. */
  startAll(): readonly object[] {
    const attempts: object[] = [];
    while (this.circuit.mayStart(this.now)) attempts.push(this.start());
    return attempts;
  }

  /** Fails one probe after the other; the delays before each, ms. */
  delays(count: number, failure: typeof refused | typeof lost): readonly number[] {
    this.fail(this.start(), failure);
    return Array.from({ length: count }, () => {
      const before = this.now;
      this.now = this.circuit.wakeAt ?? Number.NaN;
      this.fail(this.start(), failure);
      return this.now - before;
    });
  }
}

test('probes of an endpoint that cannot be reached come after delays that double up to ten seconds', () => {
  expect(new Scene().delays(8, refused)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test('a connection that breaks before it answers holds others for a second at most', () => {
  expect(new Scene().delays(4, lost)).toEqual([250, 500, 1_000, 1_000]);
});

test('probes have jitter, and none comes early', () => {
  expect(new Scene(0.5).delays(2, refused)).toEqual([288, 575]);
});

test('one probe goes at a time', () => {
  const scene = new Scene();
  scene.fail(scene.start());
  expect(scene.circuit.mayStart(scene.now + 249)).toBe(false);
  scene.now += 250;

  expect(scene.startAll()).toHaveLength(1);
  scene.now += 600_000;
  expect(scene.circuit.mayStart(scene.now)).toBe(false);
});

test('attempts that were under way when it opened do not lengthen the wait', () => {
  const scene = new Scene();
  const [first, second, third] = [scene.start(), scene.start(), scene.start()];
  for (const attempt of [first, second, third]) scene.fail(attempt);

  expect(scene.circuit.unreachable).toEqual({
    since: 1_000,
    failures: 1,
    nextProbeAt: 1_250,
    lastError: refused.message,
  });
});

test('after the endpoint was reached attempts go in doublings, and freely in the end', () => {
  const scene = new Scene();
  scene.fail(scene.start());
  scene.now += 250;
  const rounds = Array.from({ length: 7 }, () => {
    const attempts = scene.startAll();
    for (const attempt of attempts) scene.circuit.reached(attempt, scene.now, 10_000);
    return attempts.length;
  });
  expect(rounds).toEqual([1, 2, 4, 8, 16, 32, 64]);
  scene.circuit.reached(scene.start(), scene.now, 10_000);

  const free = Array.from({ length: 1_000 }, () => scene.circuit.started({}));

  expect(free.every((isTrial) => !isTrial)).toBe(true);
});

test('when nothing waits any more, one answer is enough', () => {
  const scene = new Scene();
  scene.fail(scene.start());
  scene.now += 250;
  scene.circuit.reached(scene.start(), scene.now, 0);

  expect(scene.circuit.started({})).toBe(false);
});

test('a failure on the way up opens it again, since that time and with a longer wait', () => {
  const scene = new Scene();
  scene.fail(scene.start());
  scene.now += 250;
  scene.circuit.reached(scene.start(), scene.now, 10);
  const [first, second] = scene.startAll();
  if (first === undefined || second === undefined) throw new Error('Two may go.');
  scene.fail(first);
  scene.fail(second);

  expect(scene.circuit.unreachable).toMatchObject({ since: 1_250, failures: 2, nextProbeAt: 1_750 });
});

test('a probe that is over without a sign leaves its turn to the next', () => {
  const scene = new Scene();
  scene.fail(scene.start());
  scene.now += 250;
  scene.circuit.ended(scene.start());

  expect(scene.circuit.unreachable).toMatchObject({ failures: 1, nextProbeAt: 1_250 });
  expect(scene.startAll()).toHaveLength(1);
});

test('a stream that breaks says nothing about an endpoint that answered a later one', () => {
  const scene = new Scene();
  const [first, second] = [scene.start(), scene.start()];
  scene.circuit.reached(second, scene.now + 5, 0);
  scene.now += 10;
  scene.fail(first, lost, 1_000);

  expect(scene.circuit.unreachable).toBeUndefined();
  scene.fail(scene.start(), refused, 1_000);
  expect(scene.circuit.unreachable).toBeDefined();
});
