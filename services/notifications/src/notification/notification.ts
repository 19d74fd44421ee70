import type { Actor } from '@desk/kit/api/actor';
import type { RecordNames } from '@desk/kit/api/reference';
import { derivedId } from '@desk/kit/process/ids';
import type { Aggregate } from '@desk/kit/write/record';
import type { NotificationSeverity, NotificationTopic, RecordType } from '../generated/api.ts';

/** One message to one person about one event, as it is stored. The organization is the person's: live updates find the person by it. */
export interface Notification extends Aggregate {
  personId: string;
  topic: NotificationTopic;
  severity: NotificationSeverity;
  code: string;
  arguments: Argument[];
  record: { type: RecordType; id: string };
  actor: Actor;
  /** When it happened. */
  at: Date;
  /** When the person was told. */
  createdAt: Date;
  updatedAt: Date;
  /** When it was marked as read by itself. What the person marked together with all others, the inbox says. */
  readAt: Date | null;
}

/** A code that the sentence may name. */
export interface Argument {
  name: string;
  value: string;
}

/** What everybody is told of one event. */
export type Message = Pick<Notification, 'topic' | 'severity' | 'code' | 'arguments' | 'record' | 'actor' | 'at'> & {
  /** Names the event: a person is told once under one key. */
  key: string;
};

/** How requests name notifications. They have no number. */
export const NOTIFICATION_NAMES = {
  noun: 'notification',
  idPrefix: 'ntf',
  numberPrefix: 'NTF',
} as const satisfies RecordNames;

/** The id of the message to a person about an event: there is one. */
export function notificationIdOf(personId: string, key: string): string {
  return derivedId(NOTIFICATION_NAMES.idPrefix, { principal: personId, operation: 'notify', key });
}
