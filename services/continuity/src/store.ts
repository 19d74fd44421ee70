import { waitingIn, type HistoryRequest } from '@desk/kit/log/history';
import type { Log } from '@desk/kit/log/log';
import type { Reach } from '@desk/kit/api/viewer';
import type { Foundation } from '@desk/kit/service/service';
import type { Migration } from '@desk/kit/write/migration';
import { EVENT_MIGRATIONS, openEventStore, type EventStore } from './continuity-event/store.ts';
import {
  openAcknowledgementStore,
  openReportStore,
  type AcknowledgementStore,
  type ReportStore,
} from './report/store.ts';

/** The store of each noun. */
export interface Store {
  events: EventStore;
  reports: ReportStore;
  acknowledgements: AcknowledgementStore;
  /** The request for an event's timeline in the log: with the acknowledgements of organizations in reach. */
  timeline(eventId: string, reach: Reach): Promise<{ log: Log; asked: HistoryRequest }>;
}

/** Opens the stores: models, indexes, aggregates. */
export async function openStore(foundation: Pick<Foundation, 'connection' | 'journal' | 'log'>): Promise<Store> {
  const { journal, log } = foundation;
  const events = await openEventStore(foundation);
  const reports = await openReportStore(foundation);
  const acknowledgements = await openAcknowledgementStore(foundation);
  return {
    events,
    reports,
    acknowledgements,
    async timeline(eventId, reach) {
      const sources = [events.outbox(eventId), reports.outboxes(eventId), acknowledgements.outboxes(eventId)];
      return { log, asked: { subjectId: eventId, internal: false, reach, outbox: await waitingIn(journal, sources) } };
    },
  };
}

/** The migrations of stored records, in order. The list only grows. */
export const MIGRATIONS: readonly Migration[] = EVENT_MIGRATIONS;
