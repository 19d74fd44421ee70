import type { Connection } from '@desk/kit/api/page';
import type { Notification } from './notification.ts';

export type NotificationPage = Connection<Notification>;

/** The answer of a mutation that changes a notification. */
export interface NotificationAnswer {
  notification: Notification;
  version: number;
  replayed: boolean;
}
