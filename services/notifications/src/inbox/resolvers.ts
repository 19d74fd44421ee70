import { forbidden } from '@desk/kit/write/request';
import type * as api from '../generated/api.ts';
import { hasInbox } from '../notification/policy.ts';

export const inboxQueries = {
  async myInbox(_root, _args, { viewer, readMark }) {
    if (!hasInbox(viewer) || viewer.id === null) throw forbidden('Only people have an inbox.');
    return { personId: viewer.id, readUpTo: (await readMark())?.readUpTo ?? null };
  },
} satisfies Partial<api.QueryResolvers>;

const Inbox: api.InboxResolvers = {
  unreadCount: (inbox, _args, { store }) => store.notifications.countUnread(inbox),
};

export const inboxTypes = { Inbox } satisfies api.Resolvers;
