import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import { NotificationsDocument, UnreadNotificationsDocument, type NotificationRowFragment } from '../generated/api.ts';
import { followed } from '../live/followed.ts';

export type NotificationRow = NotificationRowFragment;

const PAGE = 20;

/** How many notifications are unread; the API counts up to 100. */
export function unreadQuery(api: Api) {
  return queryOptions({
    queryKey: ['notification', 'inbox', 'facts'],
    queryFn: async () => requirePart((await api.request(UnreadNotificationsDocument)).myInbox),
    ...followed(api),
  });
}

/** The reader's notifications, the newest first: those that are unread, or all. */
export function notificationsQuery(api: Api, all: boolean) {
  return infiniteQueryOptions({
    queryKey: ['notification', all ? 'all' : 'unread', 'facts'],
    queryFn: async ({ pageParam: after }) => {
      const { myNotifications } = await api.request(NotificationsDocument, {
        first: PAGE,
        after,
        filter: { unreadOnly: !all },
      });
      return requirePart(myNotifications);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    ...followed(api),
  });
}

/** Has everything about the inbox read again. */
export function refreshInbox(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: ['notification'] });
}
