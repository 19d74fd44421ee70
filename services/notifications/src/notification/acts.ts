import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import type { Act } from '@desk/kit/write/describe-change';
import { describeNotification, type NotificationDecision } from './event.ts';
import { notificationIdOf, type Message, type Notification } from './notification.ts';

/** What decides which notifications count as read beside those that were marked one by one. */
export interface ReadMark {
  /** Every notification that was created up to then is read. */
  readUpTo: Date;
  /** When the person marked them. */
  markedAt: Date;
}

/** Tells a person of an event. */
export function notify(
  { personId, organizationId }: { personId: string; organizationId: string },
  { key, ...message }: Message,
  now: Date,
): NotificationDecision {
  const record: Notification = {
    ...message,
    organizationId,
    _id: notificationIdOf(personId, key),
    version: 0,
    number: null,
    nextFireAt: null,
    personId,
    createdAt: now,
    updatedAt: now,
    readAt: null,
  };
  const act = { at: now, by: SYSTEM_ACTOR };
  return describeNotification(null, record, { kind: 'CREATED', act, data: { personId } });
}

/** Marks a notification as read. Null where it is read already. */
export function markRead(before: Notification, mark: ReadMark | null, act: Act): NotificationDecision | null {
  if (readAt(before, mark)) return null;
  const { personId } = before;
  const after = { ...before, readAt: act.at, updatedAt: act.at };
  return describeNotification(before, after, { kind: 'READ', act, data: { personId } });
}

/** When a notification was read, at the latest. Null while it is unread. */
export function readAt(
  { readAt: own, createdAt }: Pick<Notification, 'readAt' | 'createdAt'>,
  mark: ReadMark | null,
): Date | null {
  if (own) return own;
  return mark && createdAt <= mark.readUpTo ? mark.markedAt : null;
}
