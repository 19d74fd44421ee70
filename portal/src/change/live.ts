import {
  ChangeUpdatesDocument,
  type ChangeFilter,
  type ChangeRowFragment,
  type ChangeUpdatesSubscription,
} from '../generated/api.ts';
import type { LiveChanges } from '../live/live-field.ts';
import { matchesFilter } from './filter.ts';

/** Each event of a change. */
export const CHANGE_CHANGES: LiveChanges<ChangeRowFragment, ChangeUpdatesSubscription['changeUpdates']> = {
  type: 'changes',
  field: 'changeUpdates',
  document: ChangeUpdatesDocument,
  queryKey: { record: 'change', list: 'changes' },
  touches: ['facts', 'history'],
  besides: { COMMENTED: ['facts', 'history', 'comments'], NOTED: ['history', 'notes'] },
  changeOf: ({ kind, changeId, version, change }) => ({
    kind,
    recordId: changeId,
    number: change?.number ?? null,
    version,
    row: change,
  }),
  matches: (filter: ChangeFilter, row) => matchesFilter(filter, row),
  mentions: () => false,
};
