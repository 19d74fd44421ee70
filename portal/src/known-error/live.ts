import {
  KnownErrorUpdatesDocument,
  type KnownErrorFilter,
  type KnownErrorRowFragment,
  type KnownErrorUpdatesSubscription,
} from '../generated/api.ts';
import type { LiveChanges } from '../live/live-field.ts';
import { matchesFilter } from './filter.ts';

/** Each event of a known error. */
export const KNOWN_ERROR_CHANGES: LiveChanges<
  KnownErrorRowFragment,
  KnownErrorUpdatesSubscription['knownErrorUpdates']
> = {
  type: 'changes',
  field: 'knownErrorUpdates',
  document: KnownErrorUpdatesDocument,
  queryKey: { record: 'knownError', list: 'knownErrors' },
  touches: ['facts', 'history'],
  besides: {},
  changeOf: ({ kind, knownErrorId, version, knownError }) => ({
    kind,
    recordId: knownErrorId,
    number: knownError?.number ?? null,
    version,
    row: knownError,
  }),
  matches: (filter: KnownErrorFilter, row) => matchesFilter(filter, row),
  mentions: () => false,
};
