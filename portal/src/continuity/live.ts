import {
  ContinuityUpdatesDocument,
  type ContinuityEventFilter,
  type ContinuityEventRowFragment,
  type ContinuityUpdatesSubscription,
} from '../generated/api.ts';
import type { LiveChanges } from '../live/live-field.ts';
import { matchesFilter } from './filter.ts';

/** Each event of a continuity event. */
export const CONTINUITY_CHANGES: LiveChanges<
  ContinuityEventRowFragment,
  ContinuityUpdatesSubscription['continuityUpdates']
> = {
  type: 'changes',
  field: 'continuityUpdates',
  document: ContinuityUpdatesDocument,
  queryKey: { record: 'continuity', list: 'continuityEvents' },
  touches: ['facts', 'history'],
  besides: { REPORTED: ['facts', 'history'], ACKNOWLEDGED: ['facts', 'history'] },
  changeOf: ({ kind, continuityEventId, version, continuityEvent }) => ({
    kind,
    recordId: continuityEventId,
    number: continuityEvent?.number ?? null,
    version,
    row: continuityEvent,
  }),
  matches: (filter: ContinuityEventFilter, row) => matchesFilter(filter, row),
  mentions: () => false,
};
