import { changeDescriber, type EventWords, type NounDraft } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { NOTIFICATIONS_EVENT_VERSION, type NotificationsEvents } from '@desk/schema/notifications/events';
import type { Notification } from './notification.ts';

/** The noun as events and subjects name it. */
const NOTIFICATION = 'NOTIFICATION';

/** The draft of any event of a notification, and the decision of a rule. */
export type NotificationDraft = NounDraft<NotificationsEvents, typeof NOTIFICATION>;
export type NotificationDecision = Decision<Notification, NotificationDraft>;

/** The words by which the log tells of notifications. */
export const WORDS: EventWords<Notification, NotificationsEvents, typeof NOTIFICATION> = {
  noun: NOTIFICATION,
  eventVersion: NOTIFICATIONS_EVENT_VERSION,
  fields: { readAt: 'readAt' },
  coded: [],
  match: {},
};

/** The decision that an act comes to: the new notification, and its event. */
export const describeNotification = changeDescriber(WORDS);
