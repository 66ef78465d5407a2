/** Which records a command will touch first, so that most commands run once. A hint only: what it misses raises `Need`. */
import { workflowInvocationId } from '@holdfast/protocol';
import type { EngineCommand } from './command.ts';
import type { Env } from './env.ts';
import { timerPurposeText } from './record-table.ts';
import type { RecordRef } from './record-table.ts';

export function prefetch(env: Env, command: EngineCommand): readonly RecordRef[] {
  switch (command.kind) {
    case 'invoke': {
      const { service, key } = command;
      const kind = env.registry.services.get(service)?.kind;
      const own: RecordRef = { table: 'invocation', id: command.id };
      if (kind === 'object') return [own, { table: 'object', service, key }];
      if (kind === 'workflow') return [own, { table: 'invocation', id: workflowInvocationId({ name: service, key }) }];
      return [own];
    }
    case 'attachCaller':
    case 'deliverSignal':
    case 'advanceAttempt':
    case 'failAttempt':
    case 'withdrawAttempt':
    case 'cancel':
    case 'kill':
    case 'pause':
    case 'resume':
    case 'restart':
    case 'purge':
    case 'purgeJournal':
    case 'describe':
    case 'recover':
      return [{ table: 'invocation', id: command.invocation }];
    case 'fireTimer': {
      const { invocation, fireAt } = command.timer;
      return [
        { table: 'timer', invocation, fireAt, purpose: timerPurposeText(command.timer) },
        { table: 'invocation', id: invocation },
      ];
    }
    case 'countWork':
      return [{ table: 'count', deployment: command.deployment }];
    case 'editState':
      return [{ table: 'object', service: command.service, key: command.key }];
    case 'receiveMessage':
      return [{ table: 'inbound', source: command.source }];
    case 'confirmMessage':
      return [{ table: 'outbox', target: command.target, sequence: command.sequence }];
    case 'adoptRegistry':
      return [];
  }
}

/** Records that cannot exist when the command is submitted. */
export function listAbsent(command: EngineCommand): readonly RecordRef[] {
  return command.kind === 'invoke' && command.isFresh === true ? [{ table: 'invocation', id: command.id }] : [];
}

/** Commands with the same routing key keep their order, also while one of them waits for a load. */
export function routingKey(command: EngineCommand): string {
  switch (command.kind) {
    case 'invoke':
      // Queue order of an object key is acceptance order, so calls to one key must not overtake each other.
      return command.key === '' ? command.id : `${command.service}/${command.key}`;
    case 'fireTimer':
      return command.timer.invocation;
    case 'countWork':
      return command.deployment;
    case 'editState':
      return `${command.service}/${command.key}`;
    case 'receiveMessage':
      return `from ${command.source}`;
    case 'confirmMessage':
      return `to ${command.target}`;
    case 'adoptRegistry':
      return 'registry';
    default:
      return command.invocation;
  }
}
