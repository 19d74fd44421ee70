import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { openRecords, type RecordStore } from '@desk/kit/write/record-store';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  actor,
  instant,
  maybeInstant,
  oneOf,
  subject,
  text,
} from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import { NotificationSeverity, NotificationTopic, RecordType, type NotificationFilter } from '../generated/api.ts';
import { NOTIFICATION_NAMES, type Argument, type Notification } from './notification.ts';

/** One person's notifications: those that were created after `readUpTo`, and have no mark of their own, are unread. */
export interface OwnNotifications {
  personId: string;
  readUpTo: Date | null;
}

/** The questions about notifications that the service asks its database, and the aggregate through which it writes. */
export interface NotificationStore extends RecordStore<Notification> {
  /** A page of a person's notifications, the newest first. */
  list(own: OwnNotifications, filter: NotificationFilter, page: PageRequest): Promise<Page<Notification>>;
  count(own: OwnNotifications, filter: NotificationFilter): Promise<number | null>;
  /** How many of a person's notifications are unread, exact up to UNREAD_MAX. */
  countUnread(own: OwnNotifications): Promise<number>;
  /** The newest notification that a person was sent up to an instant. */
  newest(personId: string, upTo: Date): Promise<Notification | null>;
}

/** Unread notifications are counted up to here. */
export const UNREAD_MAX = 100;

const NEWEST_FIRST: SortField[] = [
  { field: 'createdAt', direction: -1 },
  { field: '_id', direction: -1 },
];

/** Opens the store of notifications: model, indexes, aggregate. */
export async function openNotificationStore(
  parts: Pick<Foundation, 'connection' | 'journal'>,
): Promise<NotificationStore> {
  const notifications = await openRecords<Notification>(parts, NOTIFICATION_NAMES, {
    collection: 'notifications',
    schema,
  });
  const { model } = notifications;
  return {
    ...notifications,
    list: (own, filter, page) =>
      findPage(model, { filter: ownFilter(own, filter), sort: NEWEST_FIRST, projection: RECORD_ONLY }, page),
    count: (own, filter) => countUpTo(model, ownFilter(own, filter)),
    countUnread: (own) => model.countDocuments(unread(own)).limit(UNREAD_MAX).maxTimeMS(OPERATION_MS_MAX),
    newest: (personId, upTo) =>
      model
        .findOne({ personId, createdAt: { $lte: upTo } }, RECORD_ONLY)
        .sort({ createdAt: -1, _id: -1 })
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Notification | null>(),
  };
}

function unread({ personId, readUpTo }: OwnNotifications): QueryFilter<Notification> {
  return { personId, readAt: null, ...(readUpTo ? { createdAt: { $gt: readUpTo } } : {}) };
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function ownFilter(own: OwnNotifications, filter: NotificationFilter): QueryFilter<Notification> {
  const mine = filter.unreadOnly ? unread(own) : { personId: own.personId };
  const conditions: QueryFilter<Notification>[] = [mine, listedBy(filter)];
  if (filter.topic) conditions.push({ topic: { $in: [...filter.topic] } });
  return { $and: conditions };
}

const argument = new Schema<Argument>({ name: text, value: text } satisfies Paths<Argument>, PART_OPTIONS);

const schema = new Schema<Notification>(
  {
    ...AGGREGATE,
    personId: text,
    topic: oneOf(NotificationTopic),
    severity: oneOf(NotificationSeverity),
    code: text,
    arguments: { type: [argument], required: true },
    record: subject(...Object.values(RecordType)),
    actor,
    at: instant,
    createdAt: instant,
    updatedAt: instant,
    readAt: maybeInstant,
  } satisfies Paths<Notification>,
  RECORD_OPTIONS,
);
schema.index({ personId: 1, createdAt: -1, _id: -1 });
schema.index({ personId: 1, readAt: 1, createdAt: -1, _id: -1 });
