import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import {
  FollowsDocument,
  NotificationsDocument,
  SignUpsDocument,
  UnreadNotificationsDocument,
  type FollowsQuery,
  type NotificationRowFragment,
  type SignUpRowFragment,
} from '../generated/api.ts';
import { followed } from '../live/followed.ts';

export type NotificationRow = NotificationRowFragment;
export type SignUpRow = SignUpRowFragment;
export type FollowRow = NonNullable<FollowsQuery['myFollows']>['nodes'][number];

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

/** What every query about what the reader follows begins with: a change makes all of them old. */
export const FOLLOWING_KEY = ['following'] as const;

/** The reader's sign-ups that hold, the newest first. */
export function signUpsQuery(api: Api) {
  return queryOptions({
    queryKey: [...FOLLOWING_KEY, 'signUps'],
    queryFn: async () => requirePart((await api.request(SignUpsDocument)).mySignUps),
  });
}

/** The records that the reader follows, the last followed first. */
export function followsQuery(api: Api) {
  return infiniteQueryOptions({
    queryKey: [...FOLLOWING_KEY, 'records'],
    queryFn: async ({ pageParam: after }) =>
      requirePart((await api.request(FollowsDocument, { first: PAGE, after })).myFollows),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
  });
}

/** Has everything about the inbox read again. */
export function refreshInbox(queryClient: QueryClient): void {
  void queryClient.invalidateQueries({ queryKey: ['notification'] });
}
