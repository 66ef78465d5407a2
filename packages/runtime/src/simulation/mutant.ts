/**
 * Seeded bugs: small changes of production source, made while it is loaded, that each break one rule. The simulation must find every one of
 * them; a simulation that finds nothing proves nothing.
 */

export interface Mutant {
  readonly name: string;
  /** Below packages/runtime/src. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'effects are released before the batch is durable',
    file: 'partition/partition.ts',
    find: '    this.#committing = batch;\n',
    replace: '    this.#committing = batch;\n    this.#release(batch);\n',
  },
  {
    name: 'a durable commit resolves before the sync',
    file: 'store/memory/simulated-disk.ts',
    find: "if (durable && this.options.mutant !== 'ackBeforeSync')",
    replace: 'if (durable && boot < 0)',
  },
  {
    name: 'the epoch of an attempt is not checked',
    file: 'engine/commands/advance-attempt.ts',
    find: 'record.epoch === epoch ? record : undefined',
    replace: 'record',
  },
  {
    name: 'a signal is appended twice',
    file: 'engine/rules/append-notification.ts',
    find: 'notification.id.id === CANCEL_SIGNAL || !includesId(journal.signals, notification.id.id)',
    replace: 'notification.id.id > 0',
  },
  {
    name: 'an outbox row is not written',
    file: 'engine/rules/send-message.ts',
    find: "  tx.put({ table: 'outbox', record: { target, sequence, message } });\n",
    replace: '',
  },
  {
    name: 'a message between partitions is applied again',
    file: 'engine/commands/receive-message.ts',
    find: 'command.sequence !== through + 1',
    replace: 'command.sequence > through + 1',
  },
  {
    name: 'a load overwrites what was written meanwhile',
    file: 'partition/cached-view.ts',
    find: 'load.written.has(key) || this.#young.has(key) || this.#old.has(key)',
    replace: 'false',
  },
  {
    name: 'a suspension does not look whether its result is there already',
    file: 'engine/commands/advance-attempt.ts',
    find: 'isSatisfied(awaiting, record.journal, seenThrough)',
    replace: 'isSatisfied(awaiting, record.journal, seenThrough) && record.epoch < 0',
  },
  {
    name: 'a cancellation that was seen wakes its invocation again and again',
    file: 'engine/rules/append-notification.ts',
    find: 'journal.cancelledAt >= seenThrough',
    replace: 'journal.cancelledAt >= 0',
  },
  {
    name: 'the pin is decided again for each attempt',
    file: 'engine/rules/start-attempt.ts',
    find: '    pin: started.pin,\n',
    replace:
      '    pin: { ...started.pin, deployment: env.registry.services.get(started.target.service)?.current ?? started.pin.deployment },\n',
  },
  {
    name: 'a key is given to the newest that waits for it',
    file: 'engine/rules/admit-invocation.ts',
    find: 'for (let sequence = object.head; sequence < object.tail; sequence++)',
    replace: 'for (let sequence = object.tail - 1; sequence >= object.head; sequence--)',
  },
  {
    name: 'a key is free as soon as its holder suspends',
    file: 'engine/commands/advance-attempt.ts',
    find: "    changeState(tx, env, record, { status: 'suspended', awaiting, since: env.now });\n",
    replace:
      "    changeState(tx, env, record, { status: 'suspended', awaiting, since: env.now });\n    releaseKey(tx, env, record);\n",
  },
  {
    name: 'a restart of the runtime forgets what was running',
    file: 'engine/commands/recover.ts',
    find: 'else startAttempt(tx, env, record);',
    replace: '',
  },
  {
    name: 'a sleep ends before its time',
    file: 'engine/entries/sleep-entry.ts',
    find: 'const fireAt = boundTime(command.wakeUpAt + env.lead);',
    replace: 'const fireAt = boundTime(command.wakeUpAt + env.lead) - 200;',
  },
  {
    name: 'what waits for an endpoint is never woken for a probe',
    file: 'invoker/endpoint-circuits.ts',
    find: '      this.#probes.delete(deployment);\n      onWake(deployment);\n',
    replace: '      this.#probes.delete(deployment);\n',
  },
  {
    name: 'a place is not given back',
    file: 'invoker/places.ts',
    find: '    this.#held -= 1;\n',
    replace: '',
  },
  {
    name: 'a kill does not follow to what was called',
    file: 'engine/rules/kill-invocation.ts',
    find: "  for (const child of children) sendMessage(tx, env, { kind: 'kill', invocation: child });\n",
    replace: '',
  },
  {
    name: 'a repeated request starts a second execution once the first is over',
    file: 'engine/rules/accept-invocation.ts',
    find: "if (existing !== undefined) return { kind: 'exists', existing };",
    replace:
      "if (existing !== undefined && existing.state.status !== 'completed') return { kind: 'exists', existing };",
  },
  {
    name: 'a stream that was prepared for nothing keeps its place',
    file: 'invoker/invoker.ts',
    find: '    for (const order of left) this.#places.giveBack(order.pin.deployment);\n',
    replace: '',
  },
  // From here on: bugs that this simulation found once.
  {
    name: 'a timer of an earlier life forgets the next one',
    file: 'engine/commands/fire-timer.ts',
    find: ' && record.state.at + record.completionRetentionMs <= env.now',
    replace: '',
  },
  {
    name: 'an attempt of an earlier life is taken for one of the next',
    file: 'engine/commands/advance-attempt.ts',
    find: ' || record.createdAt !== createdAt',
    replace: '',
  },
  {
    name: 'a command that touches many records is given up',
    file: 'partition/load-patience.ts',
    find: 'return this.#repetitions < REPETITIONS_MAX',
    replace: 'return this.#asked.size < REPETITIONS_MAX',
  },
  {
    name: 'a sleep of an earlier life ends one of the next',
    file: 'engine/commands/fire-timer.ts',
    find: '      if (record.createdAt !== purpose.createdAt) break;\n',
    replace: '',
  },
  {
    name: 'a later life of an id calls what an earlier one called',
    file: 'engine/entries/call-entries.ts',
    find: 'return childInvocationId(record, ',
    replace: 'return childInvocationId({ ...record, createdAt: 0 }, ',
  },
  {
    name: 'a later life of an id takes the results that an earlier one waited for',
    file: 'engine/rules/apply-message.ts',
    find: 'return tx.invocation(id)?.createdAt === createdAt',
    replace: 'return tx.invocation(id) !== undefined || createdAt === 0',
  },
  {
    name: 'callers are told that nothing was done although nobody knows',
    file: 'partition/partition.ts',
    find: 'this.#isFull = isFull(error)',
    replace: 'this.#isFull = true',
  },
  {
    name: 'a message behind a lost one is taken',
    file: 'partition/command-runner.ts',
    find: 'if (this.#cut.refuses(command)) {',
    replace: 'if (this.#cut.refuses(command) && job === undefined) {',
  },
  {
    name: 'a promise goes with its workflow although somebody waits for it',
    file: 'engine/rules/drop-invocation.ts',
    find: 'if (promise.waiters.length === 0) ',
    replace: '',
  },
  {
    name: 'the state of a workflow is edited while it runs',
    file: 'engine/commands/edit-state.ts',
    find: "if (kind !== 'workflow') return",
    replace: "if (kind !== 'service') return",
  },
  {
    name: 'a range misses what was committed while it was read',
    file: 'partition/cached-view.ts',
    find: '[...load.unsettled, ...this.#uncommittedIn(prefix)]',
    replace: 'this.#uncommittedIn(prefix)',
  },
  {
    name: 'nobody catches that the outbox cannot be read',
    file: 'partition/outbox-pump.ts',
    find: "      return 'failed';\n    }\n    if (this.#lanes",
    replace: "      throw new Error('the outbox cannot be read');\n    }\n    if (this.#lanes",
  },
  {
    name: 'a runtime that stops waits for commands that were abandoned',
    file: 'partition/command-runner.ts',
    find: '    this.#parked.clear();\n',
    replace: '',
  },
];
