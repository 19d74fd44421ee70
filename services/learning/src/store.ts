import type { Foundation } from '@desk/kit/service/service';
import { openAttemptStore, type AttemptStore } from './attempt/store.ts';
import { openEnrolmentStore, type EnrolmentStore } from './enrolment/store.ts';

/** The store of each noun. */
export interface Store {
  enrolments: EnrolmentStore;
  attempts: AttemptStore;
}

/** Opens the stores: models, indexes, aggregates. */
export async function openStore(foundation: Pick<Foundation, 'connection' | 'journal'>): Promise<Store> {
  return { enrolments: await openEnrolmentStore(foundation), attempts: await openAttemptStore(foundation) };
}
