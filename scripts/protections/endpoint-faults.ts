import type { FaultGroup, Proof } from './fault.ts';

const runtime = 'packages/runtime/src';
const protocol = 'packages/protocol/src';

function misbehaving(title: string): Proof {
  return {
    file: 'tests/src/faults/misbehaving-endpoints.test.ts',
    title,
    listedIn: 'tests/src/faults/misbehaviour.ts',
  };
}

export const endpointFaults: FaultGroup = {
  title: 'Service endpoints',
  faults: [
    {
      fault: 'An endpoint hangs, is stopped, or stops in the middle of an answer',
      answer:
        'After the inactivity timeout it is asked to suspend, after the abort timeout the attempt is given up with `ABORT_TIMEOUT` and tried again. Nobody else waits.',
      protections: [
        {
          without: 'an attempt that was asked to suspend is never given up',
          file: `${runtime}/invoker/attempt.ts`,
          find: '        return this.#fail(this.#decideProblemOfSilence());',
          replace: '        return this.#timer.rearm();',
          caughtBy: {
            file: 'tests/src/faults/stopped-endpoint.test.ts',
            title: 'has its attempt aborted, hurts nobody else, and does the work once when it continues',
          },
        },
      ],
      alsoShownBy: [misbehaving('never answers'), misbehaving('stops in the middle of an answer')],
    },
    {
      fault: 'An endpoint cannot be reached while ten thousand invocations wait for it',
      answer:
        'One attempt at a time probes it, with waits that double up to 10 s; the others wait without costing anybody anything, and run when it is back.',
      protections: [
        {
          without: 'everybody tries an endpoint that is gone',
          file: `${runtime}/invoker/endpoint-circuit.ts`,
          find: '  mayStart(now: number): boolean {\n',
          replace: '  mayStart(now: number): boolean {\n    if (now > 0) return true;\n',
          caughtBy: {
            file: 'tests/src/faults/dead-endpoint.test.ts',
            title: 'is probed by one attempt at a time, and all that waits is done when it is back',
          },
        },
        {
          without: 'an endpoint that is gone is probed all the time',
          file: `${runtime}/invoker/endpoint-circuit.ts`,
          find: '        return now >= this.#state.nextProbeAt;',
          replace: '        return now > 0;',
          caughtBy: {
            file: `${runtime}/invoker/endpoint-circuit.test.ts`,
            title: 'one probe goes at a time',
          },
        },
      ],
    },
    {
      fault: 'An endpoint hangs on every attempt',
      answer: 'Its deployment gets at most half of the places for attempts; the others are served from the rest.',
      protections: [
        {
          without: 'one deployment may take all places',
          file: `${runtime}/invoker/places.ts`,
          find: '> this.#max - this.#held;',
          replace: '> this.#max;',
          caughtBy: {
            file: 'tests/src/faults/dead-endpoint.test.ts',
            title: 'takes half of the places with attempts that hang, and leaves the rest to others',
          },
        },
      ],
    },
    {
      fault: 'An endpoint suspends on its own unfinished step',
      answer:
        'The attempt failed (`SUSPENDED_ON_OPEN_RUN`), and the step runs again: nobody else could ever finish it.',
      protections: [
        {
          without: 'an invocation may wait for what nobody will bring',
          file: `${runtime}/engine/commands/advance-attempt.ts`,
          find: '} else if (awaitsOnlyOwnRuns(record, message)) {',
          replace: '} else if (env.now < 0 && awaitsOnlyOwnRuns(record, message)) {',
          caughtBy: {
            file: `${runtime}/engine/rules/append-notification.test.ts`,
            title: 'a suspension on nothing but own steps is a failed attempt: nobody else could wake it',
          },
        },
      ],
    },
    {
      fault: 'Something else answers: HTML, another content type, another protocol version',
      answer:
        'The attempt fails with `ENDPOINT_WRONG_CONTENT_TYPE` and says what was found; the body is not read as frames.',
      protections: [
        {
          without: 'any content type will do',
          file: `${runtime}/invoker/response-head.ts`,
          find: 'if (head.contentType === expected.contentType) return undefined;',
          replace: 'if (status > 0) return undefined;',
          caughtBy: misbehaving('answers with a page of HTML'),
        },
      ],
    },
    {
      fault: 'An endpoint redirects',
      answer:
        'The attempt fails with `ENDPOINT_REDIRECTED`. Redirects are never followed: the code elsewhere is other code.',
      protections: [
        {
          without: 'a redirect is an answer',
          file: `${runtime}/invoker/response-head.ts`,
          find: '  if (status >= 200 && status < 300) {',
          replace: '  if (status >= 200 && status < 400) {',
          caughtBy: misbehaving('redirects elsewhere'),
        },
      ],
    },
    {
      fault: 'A connection breaks or is reset in the middle of an answer, or carries noise',
      answer: 'The attempt fails with `STREAM_LOST` and is tried again with back-off. What came whole before is kept.',
      protections: [
        {
          without: 'a stream that the peer closed is no failure',
          file: `${runtime}/invoker/http2-transport.ts`,
          find: "    stream.on('close', () => this.#fail());\n",
          replace: '',
          caughtBy: {
            file: `${runtime}/invoker/http2-transport.test.ts`,
            title: 'a stream that the peer resets with code %i is lost by %s',
          },
        },
        {
          without: 'a connection that the peer closed is no failure',
          file: `${runtime}/invoker/http1-transport.ts`,
          find: "    response.on('error', (error) => this.#fail(error));\n",
          replace: "    response.on('error', () => {});\n    this.#request.removeAllListeners('close');\n",
          caughtBy: misbehaving('closes the connection in the middle of an answer'),
        },
      ],
      alsoShownBy: [misbehaving('answers noise'), misbehaving('resets two hundred streams hurts nobody else')],
    },
    {
      fault: 'A response ends inside a frame, or without an end',
      answer: 'The attempt fails with `STREAM_ENDED_EARLY`; nothing of the incomplete frame is used.',
      protections: [
        {
          without: 'a frame that is not complete is forgotten',
          file: `${runtime}/invoker/inbound-messages.ts`,
          find: '    this.#reader.end();\n',
          replace: '',
          caughtBy: {
            file: `${runtime}/invoker/attempt.test.ts`,
            title: 'a response that ends inside a message fails the attempt',
          },
        },
      ],
      alsoShownBy: [misbehaving('ends inside a frame'), misbehaving('answers an empty 200')],
    },
    {
      fault: 'A frame announces two gigabytes',
      answer: 'It is refused from its header with `MESSAGE_TOO_LARGE`, before a byte of it is read or memory is taken.',
      protections: [
        {
          without: 'frames may be of any size',
          file: `${protocol}/frame.ts`,
          find: '  if (bodyBytes > bodyBytesMax) {',
          replace: '  if (bodyBytes > 2 ** 32) {',
          caughtBy: misbehaving('announces a frame of two gigabytes'),
        },
      ],
    },
    {
      fault: 'A frame of an unknown, reserved or custom type',
      answer: 'The attempt fails with `PROTOCOL_VIOLATION`; nothing of the frame is kept.',
      protections: [
        {
          without: 'every type is known',
          file: `${protocol}/frame.ts`,
          find: '  if (!isKnownType(type)) {',
          replace: '  if (type < 0) {',
          caughtBy: { file: `${protocol}/frame-reader.test.ts`, title: 'type %i is refused' },
        },
        {
          without: 'an endpoint may send what only the runtime sends',
          file: `${protocol}/decode.ts`,
          find: "      if (!isCommandType(frame.type)) throw unexpected(frame, 'an endpoint never sends it');",
          replace:
            "      if (!isCommandType(frame.type)) return { kind: 'awaitingOn', completions: [], executingSideEffects: false } as never;",
          caughtBy: misbehaving('sends what only the runtime may send'),
        },
      ],
      alsoShownBy: [misbehaving('sends an unknown frame'), misbehaving('sends a frame of the custom range')],
    },
    {
      fault: 'A frame that cannot be decoded, or holds values out of range',
      answer:
        'It is decoded in full before anything is stored, so nothing of it is; the attempt fails with `PROTOCOL_VIOLATION`.',
      protections: [
        {
          without: 'what cannot be decoded is passed over',
          file: `${runtime}/invoker/inbound-messages.ts`,
          find: '        return { messages, terminal: false, fault };',
          replace: '        void fault;\n        continue;',
          caughtBy: {
            file: `${runtime}/invoker/attempt.test.ts`,
            title: 'a malformed message fails the attempt; those before it are kept, nothing behind it is read',
          },
        },
      ],
      alsoShownBy: [
        misbehaving('sends a frame that cannot be decoded'),
        { file: `${protocol}/damaged-message.test.ts`, title: 'when any byte of it is another' },
      ],
    },
    {
      fault: 'Commands that come twice, out of order, or with indexes that jump',
      answer: 'The first command that does not follow the one before it fails the attempt; those before it stand.',
      protections: [
        {
          without: 'completions are not compared with those before',
          file: `${runtime}/engine/entries/append-command.ts`,
          find: '    if (id <= last)',
          replace: '    if (id < 0)',
          caughtBy: misbehaving('sends the same command twice'),
        },
        {
          without: 'an endpoint may wait for what it never announced',
          file: `${runtime}/engine/commands/advance-attempt.ts`,
          find: '  if (unknown !== undefined)\n',
          replace: '  if (unknown !== undefined && env.now < 0)\n',
          caughtBy: misbehaving('waits for a completion that nothing will bring'),
        },
        {
          without: 'results of steps that never began are taken',
          file: `${runtime}/engine/commands/advance-attempt.ts`,
          find: "  if (record.journal.open[id] !== 'run') {",
          replace: "  if (record.journal.open[id] === 'sleep') {",
          caughtBy: misbehaving('reports the result of a step that it never began'),
        },
      ],
      alsoShownBy: [misbehaving('counts its commands backwards')],
    },
    {
      fault: 'An End without an Output',
      answer: 'The attempt fails with `PROTOCOL_VIOLATION`; the invocation does not complete without a result.',
      protections: [
        {
          without: 'an invocation completes without a result',
          file: `${runtime}/engine/commands/advance-attempt.ts`,
          find: '  if (result === undefined)\n    return',
          replace:
            "  if (result === undefined) return void completeInvocation(tx, env, record, { kind: 'success', value: new Uint8Array() });\n  if (env.now < 0)\n    return",
          caughtBy: misbehaving('ends without an output'),
        },
      ],
    },
    {
      fault: 'A message that its handler must not send, such as state where there is none',
      answer: 'It is refused with `COMMAND_REFUSED` before anything of it is stored.',
      protections: [
        {
          without: 'services without keys have state',
          file: `${runtime}/engine/entries/state-entries.ts`,
          find: "  if (record.target.serviceKind !== 'service') return undefined;",
          replace: '  if (record.epoch > 0) return undefined;',
          caughtBy: misbehaving('writes state where there is none'),
        },
      ],
    },
    {
      fault: 'An answer that comes twice, or too late',
      answer:
        'The first wins and never changes. What comes for an invocation that has ended is accepted and forgotten.',
      protections: [
        {
          without: 'a second answer is recorded too',
          file: `${runtime}/engine/rules/append-notification.ts`,
          find: 'notification.id.id === CANCEL_SIGNAL || !includesId(journal.signals, notification.id.id)',
          replace: 'notification.id.id > 0',
          caughtBy: {
            file: `${runtime}/engine/rules/append-notification.test.ts`,
            title: 'the first result under an id stays: another one is dropped',
          },
        },
        {
          without: 'results are taken that nothing waits for',
          file: `${runtime}/engine/rules/append-notification.ts`,
          find: 'return journal.open[notification.id.id] === notification.of;',
          replace: 'return journal.open !== undefined;',
          caughtBy: {
            file: `${runtime}/engine/rules/append-notification.test.ts`,
            title: 'a result that no command waits for is dropped, also one of the wrong kind',
          },
        },
        {
          without: 'what has ended still takes answers',
          file: `${runtime}/engine/rules/append-notification.ts`,
          find: "record.state.status === 'completed' || !isWanted",
          replace: '!isWanted',
          caughtBy: {
            file: 'tests/src/faults/late-answers.test.ts',
            title: 'a resolution of what has ended changes neither its result nor its journal',
          },
        },
      ],
      alsoShownBy: [
        {
          file: 'tests/src/faults/late-answers.test.ts',
          title: 'the first of two resolutions wins, ${rounds} times of ${rounds}',
        },
      ],
    },
    {
      fault: 'An old attempt goes on after a new one has begun',
      answer: 'Attempts are numbered, and whatever an old one sends changes nothing.',
      protections: [
        {
          without: 'the number of an attempt is not compared',
          file: `${runtime}/engine/commands/advance-attempt.ts`,
          find: 'return record.epoch === epoch ? record : undefined;',
          replace: 'return record;',
          caughtBy: {
            file: `${runtime}/engine/partitions-walk.test.ts`,
            title: 'a result that was recorded never changes, until it is forgotten whole',
          },
        },
        {
          without: 'the life of an attempt is not compared',
          file: `${runtime}/engine/commands/advance-attempt.ts`,
          find: ' || record.createdAt !== createdAt',
          replace: '',
          caughtBy: {
            file: `${runtime}/engine/second-life.test.ts`,
            title: 'takes nothing from an attempt of its first life, whose epoch was the same',
          },
        },
      ],
    },
    {
      fault: 'Code that does not fit the journal',
      answer:
        'The invocation pauses at once with `JOURNAL_MISMATCH`, its journal unchanged, and goes on when the right code is back.',
      protections: [
        {
          without: 'a mismatch is tried again like any failure',
          file: `${runtime}/engine/rules/schedule-retry.ts`,
          find: "if (attempt.failure.code === 'JOURNAL_MISMATCH') pause(tx, env, failed, { kind: 'mismatch' });\n  else if",
          replace: 'if',
          caughtBy: {
            file: 'tests/src/mismatch.test.ts',
            title: 'pauses at once and names the entry, what was expected, what was found and the deployment',
          },
        },
      ],
    },
    {
      fault: 'Another version is registered while work of an older one is unfinished',
      answer: 'Work stays on the version that accepted it, over retries, waits and crashes.',
      protections: [
        {
          without: 'each attempt goes to the current deployment',
          file: `${runtime}/engine/rules/start-attempt.ts`,
          find: '    pin: started.pin,\n',
          replace:
            '    pin: { ...started.pin, deployment: env.registry.services.get(started.target.service)?.current ?? started.pin.deployment },\n',
          caughtBy: {
            file: 'tests/src/pins.test.ts',
            title: 'all of it survives a crash and finishes on version 1, which can be removed then',
          },
        },
      ],
    },
    {
      fault: 'A deployment that holds work is removed',
      answer:
        'It is refused with `DEPLOYMENT_IN_USE`, the counts and what blocks it; by force only with a reason, on the record.',
      protections: [
        {
          without: 'deployments go with their work',
          file: `${runtime}/deployments/removal.ts`,
          find: 'if (holdsWork(work) && !removal.force)',
          replace: 'if (holdsWork(work) && removal.force)',
          caughtBy: {
            file: 'tests/src/pins.test.ts',
            title: 'version 1 cannot be removed by accident: the answer names what it still holds',
          },
        },
      ],
    },
    {
      fault: 'Two versions answer in turn at one address',
      answer: 'The registration is refused with `MANIFEST_UNSTABLE`, which names what differs.',
      protections: [
        {
          without: 'an endpoint is believed at once',
          file: `${runtime}/deployments/discover.ts`,
          find: 'if (manifestIdentity(first.manifest) === manifestIdentity(second.manifest)) return',
          replace: 'if (manifestIdentity(first.manifest) !== second.sdk) return',
          caughtBy: {
            file: `${runtime}/deployments/discover.test.ts`,
            title: 'an address behind which two versions answer is refused, naming what differs',
          },
        },
      ],
    },
    {
      fault: 'A manifest that is no JSON, has a wrong shape, or declares something twice',
      answer: 'The registration is refused, says what is wrong where, and stores nothing.',
      protections: [
        {
          without: 'names may be declared twice',
          file: `${protocol}/check-manifest.ts`,
          find: "  reportDuplicates(manifest.services, 'services', report);\n",
          replace: '',
          caughtBy: {
            file: `${protocol}/manifest.test.ts`,
            title: 'a service or handler that is declared twice is refused',
          },
        },
      ],
    },
    {
      fault: 'Nobody answers at registration, or never to an end',
      answer: 'The registration is given up after its time limit with `DISCOVERY_UNREACHABLE`, and stores nothing.',
      protections: [
        {
          without: 'a registration waits for ever',
          file: `${runtime}/deployments/manifest-request.ts`,
          find: '    timedOut = true;\n    session.destroy(new Error(`no answer within ${options.timeoutMs} ms`));',
          replace: '    timedOut = true;',
          caughtBy: {
            file: `${runtime}/deployments/discover.test.ts`,
            title: 'an endpoint that never answers is given up',
          },
        },
      ],
    },
    {
      fault: 'An endpoint sends faster than the disk takes, or an error of megabytes',
      answer:
        'Reading stops until what came is on disk; of texts the beginning is kept; journals and messages have a largest size.',
      protections: [
        {
          without: 'everything is read at once',
          file: `${runtime}/invoker/attempt.ts`,
          find: 'if (this.#window.take(bytes)) this.#stream?.pause();',
          replace: 'this.#window.take(bytes);',
          caughtBy: {
            file: `${runtime}/invoker/attempt.test.ts`,
            title: 'reading stops while too much is on its way to the disk, and goes on when it is there',
          },
        },
        {
          without: 'messages that never end take all memory',
          file: `${runtime}/invoker/inbound-budget.ts`,
          find: 'return (this.#heldBy.get(deployment) ?? 0) > this.#bytesMax - this.#held;',
          replace: 'return false;',
          caughtBy: {
            file: 'tests/src/faults/dead-endpoint.test.ts',
            title: 'gets no memory for messages that it never ends, beyond its share',
          },
        },
        {
          without: 'errors are kept whole',
          file: `${runtime}/engine/commands/advance-attempt.ts`,
          find: 'const ERROR_TEXT_MAX = 32_768;',
          replace: 'const ERROR_TEXT_MAX = 2 ** 30;',
          caughtBy: {
            file: `${runtime}/engine/rules/schedule-retry.test.ts`,
            title: 'of an error as large as a message may be, the beginning is kept',
          },
        },
        {
          without: 'a journal grows without end',
          file: `${runtime}/engine/entries/append-command.ts`,
          find: 'const JOURNAL_ENTRIES_MAX = 1_000_000;',
          replace: 'const JOURNAL_ENTRIES_MAX = Infinity;',
          caughtBy: {
            file: `${runtime}/engine/entries/append-command.test.ts`,
            title: 'a journal that is as long as it may be takes no more commands, and its invocation can still end',
          },
        },
      ],
    },
  ],
};
