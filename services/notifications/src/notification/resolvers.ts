import { checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest } from '@desk/kit/api/page';
import type { Owed } from '@desk/kit/api/subgraph';
import { mayKnowActor } from '@desk/kit/api/viewer';
import { forbidden } from '@desk/kit/write/request';
import type * as api from '../generated/api.ts';
import { referenceTo } from '../record/record-types.ts';
import { readAt } from './acts.ts';
import type { Notification as NotificationRecord } from './notification.ts';
import { hasInbox, isRecipient } from './policy.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'ntf' } };

export const notificationQueries = {
  async myNotifications(_root, args, { viewer, store, readMark }) {
    if (!hasInbox(viewer) || viewer.id === null) throw forbidden('Only people have an inbox.');
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const own = { personId: viewer.id, readUpTo: (await readMark())?.readUpTo ?? null };
    const { notifications } = store;
    return connection(await notifications.list(own, filter, page), () => notifications.count(own, filter));
  },
} satisfies Partial<api.QueryResolvers>;

const Notification: api.NotificationResolvers & Owed<api.Notification, NotificationRecord, api.NotificationResolvers> =
  {
    async __resolveReference({ id }, { viewer, loaders }) {
      const found = await loaders.notifications.load(id);
      return found && isRecipient(viewer, found) ? found : null;
    },
    id: ({ _id }) => _id,
    arguments: (notification) => notification.arguments,
    recordType: ({ record }) => record.type,
    recordId: ({ record }) => record.id,
    record: ({ record }) => referenceTo(record),
    async actor({ actor }, _args, { viewer, loaders }) {
      if (actor.kind === 'SYSTEM') return null;
      const found = actor.kind === 'PERSON' && actor.id !== null ? await loaders.people.load(actor.id) : null;
      // That somebody acted is no secret; who of another distributor it was, is.
      return mayKnowActor(viewer, actor, found) ? actor : { ...actor, id: null, actingFor: null };
    },
    readAt: async (notification, _args, { readMark }) => readAt(notification, await readMark()),
  };

export const notificationTypes = { Notification } satisfies api.Resolvers;
