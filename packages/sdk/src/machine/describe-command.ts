import type { Command, InvocationReference } from '@holdfast/protocol/wire';
import { parseStepName } from '../meaning/step-name.ts';
import type { Intent } from './intent.ts';

const utf8 = new TextDecoder();

/** This names a command for people, without its payloads: `step "charge"`, `call Tools/score`, `set state "cart"`. */
export function describeCommand(command: Command | Intent): string {
  switch (command.kind) {
    case 'call':
    case 'oneWayCall': {
      const key = command.key === '' ? '' : `/${command.key}`;
      return `${command.kind === 'call' ? 'call' : 'send'} ${command.service}${key}/${command.handler}`;
    }
    case 'setState':
    case 'clearState':
    case 'getState':
    case 'getLazyState':
    case 'getEagerState':
      return `${stateActs[command.kind]} state "${utf8.decode(command.key)}"`;
    case 'getPromise':
    case 'peekPromise':
    case 'completePromise':
      return `${promiseActs[command.kind]} promise "${command.key}"`;
    case 'sendSignal':
      return `signal ${command.signal.kind === 'signal' ? command.signal.id : `"${command.signal.name}"`} to ${command.target}`;
    case 'attachInvocation':
      return `attach to ${describeReference(command.target)}`;
    case 'getInvocationOutput':
      return `ask for the output of ${describeReference(command.target)}`;
    case 'completeAwakeable':
      return `complete ${command.awakeableId}`;
    default:
      return describeNamed(command);
  }
}

const stateActs = {
  setState: 'set',
  clearState: 'clear',
  getState: 'get',
  getLazyState: 'get',
  getEagerState: 'get',
} as const;
const promiseActs = { getPromise: 'wait for', peekPromise: 'peek at', completePromise: 'complete' } as const;

const plain: Readonly<Record<string, string>> = {
  input: 'the input',
  output: 'the end of the handler',
  clearAllState: 'clear all state',
  getStateKeys: 'list state keys',
  getLazyStateKeys: 'list state keys',
  getEagerStateKeys: 'list state keys',
};

function describeNamed(command: Command | Intent): string {
  const words = plain[command.kind];
  if (words !== undefined) return words;
  const { name, key, qualifier } = parseStepName(command.name);
  const more = key === undefined ? (qualifier === undefined ? '' : `, ${qualifier}`) : `, key "${key}"`;
  return `${command.kind === 'run' ? 'step' : command.kind} "${name}"${more}`;
}

export function describeReference(reference: InvocationReference): string {
  switch (reference.kind) {
    case 'invocation':
      return reference.id;
    case 'workflow':
      return `workflow ${reference.name}/${reference.key}`;
    case 'idempotent':
      return `${reference.service}${reference.key === undefined ? '' : `/${reference.key}`}/${reference.handler} with idempotency key "${reference.idempotencyKey}"`;
  }
}
