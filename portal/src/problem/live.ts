import {
  ProblemUpdatesDocument,
  type ProblemFilter,
  type ProblemRowFragment,
  type ProblemUpdatesSubscription,
} from '../generated/api.ts';
import type { LiveChanges } from '../live/live-field.ts';
import { matchesFilter } from './filter.ts';

/** Each event of a problem. */
export const PROBLEM_CHANGES: LiveChanges<ProblemRowFragment, ProblemUpdatesSubscription['problemUpdates']> = {
  type: 'changes',
  field: 'problemUpdates',
  document: ProblemUpdatesDocument,
  queryKey: { record: 'problem', list: 'problems' },
  touches: ['facts', 'history'],
  besides: { NOTED: ['history', 'notes'] },
  changeOf: ({ kind, problemId, version, problem }) => ({
    kind,
    recordId: problemId,
    number: problem?.number ?? null,
    version,
    row: problem,
  }),
  matches: (filter: ProblemFilter, row) => matchesFilter(filter, row),
  mentions: () => false,
};
