import { NotificationUpdatesDocument, type NotificationUpdatesSubscription } from '../generated/api.ts';
import type { LiveChanges } from '../live/live-field.ts';
import type { LiveRow } from '../live/live-list.ts';

/** What the reader is told, and what the reader reads in any browser. The inbox is kept as one record: each change makes all of it old. */
export const NOTIFICATION_CHANGES: LiveChanges<LiveRow, NotificationUpdatesSubscription['notificationUpdates']> = {
  type: 'changes',
  field: 'notificationUpdates',
  document: NotificationUpdatesDocument,
  queryKey: { record: 'notification', list: 'notifications' },
  touches: ['facts'],
  besides: {},
  changeOf: ({ kind, notificationId, version }) => ({
    kind,
    recordId: notificationId,
    number: null,
    version,
    row: null,
  }),
  matches: () => false,
  mentions: () => false,
};
