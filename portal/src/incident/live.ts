import {
  IncidentUpdatesDocument,
  LiveCountsDocument,
  type IncidentEventKind,
  type IncidentFactsFragment,
  type IncidentFilter,
  type IncidentRowFragment,
  type IncidentUpdatesSubscription,
  type LiveCountsSubscription,
} from '../generated/api.ts';
import type { LiveChanges, LiveSnapshot } from '../live/live-field.ts';
import { matchesFilter } from './filter.ts';

type Update = IncidentUpdatesSubscription['incidentUpdates'];

/** A comment or a note does not change the incident's version, so it says nothing of its facts' age. */
const BESIDES: Partial<Record<IncidentEventKind, readonly string[]>> = {
  COMMENTED: ['facts', 'history', 'comments'],
  ANSWERED: ['facts', 'history', 'explain'],
  NOTED: ['history', 'notes'],
};

/** Each change of an incident. */
export const INCIDENT_CHANGES: LiveChanges<IncidentRowFragment, Update> = {
  type: 'changes',
  field: 'incidentUpdates',
  document: IncidentUpdatesDocument,
  queryKey: { record: 'incident', list: 'incidents' },
  touches: ['facts', 'history', 'explain'],
  besides: BESIDES,
  changeOf: ({ kind, incidentId, version, incident }) => ({
    kind,
    recordId: incidentId,
    number: incident?.number ?? null,
    version,
    row: incident,
  }),
  matches: (filter: IncidentFilter, row) => matchesFilter(filter, row),
  // The state of a linked incident stands among the facts.
  mentions: ({ links }: IncidentFactsFragment, recordId) => links.some(({ incident }) => incident?.id === recordId),
};

/** The tally of open incidents. */
export const INCIDENT_TALLY: LiveSnapshot<LiveCountsSubscription['incidentQueueCounts']> = {
  type: 'snapshot',
  field: 'incidentQueueCounts',
  document: LiveCountsDocument,
  queryKey: ['counts'],
  valueOf: ({ counts }) => counts,
};
