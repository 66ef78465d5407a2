import type { View } from '../view.ts';
import { holdfastAudit, holdfastDeploymentWork, holdfastOutbox, sysTimer } from './holdfast-views.ts';
import { state, sysIdempotency, sysInbox, sysKeyedServiceStatus, sysPromise } from './keyed-views.ts';
import { sysDeployment, sysService } from './registry-views.ts';
import { sysInvocation } from './sys-invocation.ts';
import { sysJournal, sysJournalEvents } from './sys-journal.ts';

/** Every table that SQL from outside can name, besides `information_schema`. */
export const allViews: readonly View[] = [
  sysInvocation,
  sysJournal,
  sysJournalEvents,
  sysDeployment,
  sysService,
  sysInbox,
  sysKeyedServiceStatus,
  sysPromise,
  sysIdempotency,
  sysTimer,
  state,
  holdfastAudit,
  holdfastDeploymentWork,
  holdfastOutbox,
];
