import type { Act } from '@desk/kit/write/describe-change';
import { describeEvent } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { WORDS, type NotificationDraft } from '../notification/event.ts';
import type { Notification } from '../notification/notification.ts';
import { inboxIdOf, type Inbox } from './inbox.ts';

/** The decision of a rule. Its event is one of the newest notification that was marked. */
export type InboxDecision = Decision<Inbox, NotificationDraft>;

/** What a person marks: everything up to an instant, of which one notification is the newest. */
export interface Marking {
  upTo: Date;
  newest: Notification;
}

/** The inbox of a person who marks all as read for the first time. */
export function openInbox(
  made: { personId: string; organizationId: string },
  marking: Marking,
  act: Act,
): InboxDecision {
  const record: Inbox = {
    _id: inboxIdOf(made.personId),
    ...made,
    version: 0,
    number: null,
    nextFireAt: null,
    readUpTo: marking.upTo,
    markedAt: act.at,
  };
  return { record, events: [allRead(marking, act)] };
}

/** Marks all as read. Null where everything up to then was marked before. */
export function markAllRead(before: Inbox, marking: Marking, act: Act): InboxDecision | null {
  if (before.readUpTo >= marking.upTo) return null;
  return { record: { ...before, readUpTo: marking.upTo, markedAt: act.at }, events: [allRead(marking, act)] };
}

function allRead({ upTo, newest }: Marking, { at, by }: Act): NotificationDraft {
  const { personId, version } = newest;
  const data = { personId, version, upTo: upTo.toISOString() };
  return describeEvent(WORDS, [newest], { kind: 'ALL_READ', at, by, changedFields: ['readAt'], data });
}
