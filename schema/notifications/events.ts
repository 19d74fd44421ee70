/**
 * The events of notifications, as other services may read them. They hold references and codes, never what people wrote. The service's own
 * code is checked against these types.
 */

import type { NotificationEventKind } from '../generated/notifications.ts';

/** The data of every event of a notification, by the event's type. A kind that the SDL adds is here at once. */
export type NotificationsEvents = {
  [Kind in NotificationEventKind as `notification.${Lowercase<Kind>}`]: NotificationEventData<Kind, 'NOTIFICATION'> &
    NotificationOwnData<Kind>;
};

type NotificationOwnData<Kind> = Kind extends 'ALL_READ' ? { version: number; upTo: string } : unknown;

/** The data of every event of a follow. */
export type FollowEvents = {
  [Kind in 'FOLLOWED' | 'UNFOLLOWED' as `follow.${Lowercase<Kind>}`]: NotificationEventData<Kind, 'FOLLOW'>;
};

/** The data of every event of a sign-up. */
export type SignUpEvents = {
  [Kind in 'CREATED' | 'WITHDRAWN' as `sign_up.${Lowercase<Kind>}`]: NotificationEventData<Kind, 'SIGN_UP'>;
};

/** The version of the data above. */
export const NOTIFICATIONS_EVENT_VERSION = 1;

/** The data that every event of notifications holds. */
export interface NotificationEventData<Kind extends string = string, Noun extends string = string> {
  subject: { type: Noun; id: string };
  kind: Kind;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  match: Readonly<Record<never, never>>;
  /** Codes before and after, by the name of the field. */
  changes: readonly { field: string; from: string | null; to: string | null }[];
  /** The one person who receives the event. */
  personId: string;
}
