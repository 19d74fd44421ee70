import { DURABLE } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import { openFollowStore, type FollowStore } from './follow/store.ts';
import { openInboxStore, type InboxStore } from './inbox/store.ts';
import { openNotificationStore, type NotificationStore } from './notification/store.ts';
import { openRecordStore, type RecordStore } from './record/store.ts';
import { openSignUpStore, type SignUpStore } from './sign-up/store.ts';

/** The store of each noun. */
export interface Store {
  notifications: NotificationStore;
  inboxes: InboxStore;
  follows: FollowStore;
  signUps: SignUpStore;
  knownRecords: RecordStore;
}

/** Opens the stores: models, indexes, aggregates. */
export async function openStore(foundation: Pick<Foundation, 'connection' | 'journal'>): Promise<Store> {
  return {
    notifications: await openNotificationStore(foundation),
    inboxes: await openInboxStore(foundation),
    follows: await openFollowStore(foundation),
    signUps: await openSignUpStore(foundation),
    knownRecords: openRecordStore(foundation),
  };
}

/** What happened this long before the first start of the service is still told, in milliseconds; what is older is history. */
const NEWS_BEFORE_START_MS = 14 * 86_400_000;

/** From when on events are told. It is set at the first start and stays, so that an outage of any length loses no notification. */
export async function newsFrom({ journal }: Pick<Foundation, 'journal'>, now: Date): Promise<Date> {
  const meta = journal.db.collection<{ _id: string; from: Date }>('meta');
  const from = new Date(now.getTime() - NEWS_BEFORE_START_MS);
  await meta.updateOne({ _id: 'news' }, { $setOnInsert: { from } }, { upsert: true, ...DURABLE });
  return (await meta.findOne({ _id: 'news' }))?.from ?? from;
}
