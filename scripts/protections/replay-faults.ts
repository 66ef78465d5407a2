import type { FaultGroup, Proof } from './fault.ts';

const sdk = 'packages/sdk/src';
const machine = `${sdk}/machine/replay-machine.ts`;

function model(title: string): Proof {
  return { file: `${sdk}/model/replay.test.ts`, title };
}

function context(title: string): Proof {
  return { file: `${sdk}/context/handler-context.test.ts`, title };
}

export const replayFaults: FaultGroup = {
  title: 'Replays, with our SDK',
  faults: [
    {
      fault: 'Other code is served where work waits',
      answer:
        'The first command that differs ends the attempt. Nothing ran, nothing was appended, and no exception reached user code; the report names both sides, field by field.',
      protections: [
        {
          without: 'a call with another parameter replays the old answer',
          file: `${sdk}/machine/compare-command.ts`,
          find: "['parameter', command.parameter],",
          replace: '',
          caughtBy: model('a program that is changed in one place is stopped before it does anything'),
        },
        {
          without: 'a handler may end before its journal does',
          file: machine,
          find: '    if (left !== undefined && (left',
          replace: '    if (left === undefined && (left',
          caughtBy: context('an end before the end of the journal is a mismatch'),
        },
      ],
      alsoShownBy: [
        { file: 'tests/src/sdk/meaning.test.ts', title: 'a recorded result is not read under another %s' },
        { file: 'tests/src/mismatch.test.ts', title: 'pauses at once, with both sides, the reason field by field' },
      ],
    },
    {
      fault: 'A replay that will diverge comes to something new before it does',
      answer:
        'What is not recorded waits until everything recorded has been claimed, and open steps do too: a replay that diverges has changed nothing.',
      protections: [
        {
          without: 'new commands begin while recorded ones are unclaimed',
          file: machine,
          find: 'else if (this.#claims.unclaimedCount > 0) this.#park(slot);',
          replace: '',
          caughtBy: model('a program that is changed in one place is stopped before it does anything'),
        },
        {
          without: 'open steps run before the replay is through',
          file: machine,
          find: 'this.#openSteps.push(slot);',
          replace: 'this.#makeReady(slot);',
          caughtBy: context('a step without a result is not executed again before everything recorded was claimed'),
        },
      ],
    },
    {
      fault: 'What decided a race the first time arrives all at once in the replay',
      answer: 'It is delivered one by one, in the order of the journal, with user code at rest between two.',
      protections: [
        {
          without: 'notifications are delivered in one go',
          file: machine,
          find: 'if (this.#settle(id, result)) return true;',
          replace: 'this.#settle(id, result);',
          caughtBy: model('an invocation that is cut off anywhere goes on as if it had not been'),
        },
      ],
    },
    {
      fault: 'Parallel tool calls start in another order than before',
      answer:
        'Keyed steps are found by their keys, and hear nothing that was recorded after a command that has not been issued yet.',
      protections: [
        {
          without: 'notifications overtake commands that were recorded before them',
          file: machine,
          find: 'if (first.commandsBefore > this.#claims.claimedPrefix) return false;',
          replace: '',
          caughtBy: model(
            'keyed steps that start in another order in every attempt give the same result, and run once',
          ),
        },
      ],
    },
    {
      fault: 'The process of a service stands still, or loads something slow, in a replay',
      answer:
        'It reads what has arrived before it is called stalled, and code that waits for nothing of the journal never is.',
      protections: [
        {
          without: 'a late timer is believed at once',
          file: `${sdk}/attempt/attempt-driver.ts`,
          find: 'setTimeout(() => nextTurn(() => this.#giveUpStalled()), ',
          replace: 'setTimeout(() => this.#giveUpStalled(), ',
          caughtBy: context(
            'code that is slow for reasons of its own is not stalled, however long the process stood still',
          ),
        },
      ],
    },
    {
      fault: 'A service is killed in a step that computes for long',
      answer: 'The step, and everything before it, had been sent before it began.',
      protections: [
        {
          without: 'a step computes in the turn that sends it',
          file: `${sdk}/attempt/attempt-driver.ts`,
          find: '    nextTurn(() => {\n      if (this.#hasEnded) return;\n      for (const step of steps) this.#options.executeStep(step);\n    });',
          replace: '    for (const step of steps) this.#options.executeStep(step);',
          caughtBy: {
            file: `${sdk}/endpoint/node/serve.test.ts`,
            title: 'a step is on its way before it computes, however long that takes',
          },
        },
      ],
      alsoShownBy: [
        {
          file: 'tests/src/sdk/journal.test.ts',
          title: 'a SIGKILL of the service behind every kind of entry changes nothing',
        },
      ],
    },
    {
      fault: 'An invocation is cancelled while it is suspended, or before its callee has an id',
      answer:
        'The cancellation wakes it; the callee is asked to stop first, then the handler hears it and may compensate.',
      protections: [
        {
          without: 'a suspension does not wait for a cancellation',
          file: machine,
          find: 'signals: [cancelSignal, ...ids',
          replace: 'signals: [...ids',
          caughtBy: {
            file: `${sdk}/attempt/attempt.test.ts`,
            title: 'when nobody will answer any more, the handler suspends, and the cancel signal wakes it too',
          },
        },
        {
          without: 'a cancellation forgets callees without an id',
          file: `${sdk}/machine/cancellation.ts`,
          find: 'if (!this.#active || this.missing().length > 0) return;',
          replace: 'if (!this.#active) return;',
          caughtBy: context('a cancellation waits for the id of the callee, asks it to stop, and only then is heard'),
        },
      ],
    },
    {
      fault: 'Somebody who is no runtime calls the endpoint of a service',
      answer: 'Without a signature of a known key, for this path and minute, the answer is 401 and no user code runs.',
      protections: [
        {
          without: 'a signature is not verified',
          file: `${sdk}/endpoint/request-identity.ts`,
          find: "throw refused('its signature is wrong');",
          replace: 'void signed;',
          caughtBy: { file: `${sdk}/endpoint/endpoint.test.ts`, title: '%s is answered with 401' },
        },
        {
          without: 'a signature for one handler opens all',
          file: `${sdk}/endpoint/request-identity.ts`,
          find: "if (aud !== audience) throw refused('its token is for another path');",
          replace: '',
          caughtBy: { file: `${sdk}/endpoint/endpoint.test.ts`, title: '%s is answered with 401' },
        },
      ],
    },
    {
      fault: 'A step returns more than a message can hold',
      answer: 'The attempt ends before it is sent, and says which step and how much.',
      protections: [
        {
          without: 'messages of any size are sent',
          file: machine,
          find: 'if (bytes <= defaultFrameBytesMax) {',
          replace: 'if (bytes >= 0) {',
          caughtBy: context('a value that no runtime would take ends the attempt before it is sent'),
        },
      ],
    },
  ],
};
