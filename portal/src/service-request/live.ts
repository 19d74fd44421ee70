import {
  RequestUpdatesDocument,
  type RequestUpdatesSubscription,
  type ServiceRequestFilter,
  type ServiceRequestRowFragment,
} from '../generated/api.ts';
import type { LiveChanges } from '../live/live-field.ts';
import { matchesFilter } from './filter.ts';

/** Each event of a service request. */
export const REQUEST_CHANGES: LiveChanges<ServiceRequestRowFragment, RequestUpdatesSubscription['requestUpdates']> = {
  type: 'changes',
  field: 'requestUpdates',
  document: RequestUpdatesDocument,
  queryKey: { record: 'serviceRequest', list: 'serviceRequests' },
  touches: ['facts', 'history'],
  besides: { COMMENTED: ['facts', 'history', 'comments'], NOTED: ['history', 'notes'] },
  changeOf: ({ kind, serviceRequestId, version, serviceRequest }) => ({
    kind,
    recordId: serviceRequestId,
    number: serviceRequest?.number ?? null,
    version,
    row: serviceRequest,
  }),
  matches: (filter: ServiceRequestFilter, row) => matchesFilter(filter, row),
  mentions: () => false,
};
