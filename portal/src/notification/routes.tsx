import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';
import { notificationsQuery } from './queries.ts';

const pages = () => import('./pages.ts');

const inbox = createRoute({
  getParentRoute: () => rootRoute,
  path: '/inbox',
  validateSearch: ({ all }: Record<string, unknown>): { all?: true } => (all === true ? { all } : {}),
  loaderDeps: ({ search: { all } }) => ({ all }),
  staticData: { title: 'nav.inbox' },
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchInfiniteQuery(notificationsQuery(context.api, deps.all ?? false));
  },
  component: lazyRouteComponent(pages, 'InboxPage'),
});

const following = createRoute({
  getParentRoute: () => rootRoute,
  path: '/following',
  staticData: { title: 'nav.following' },
  component: lazyRouteComponent(pages, 'FollowingPage'),
});

/** The pages of notifications. */
export const NOTIFICATION_ROUTES = [inbox, following] as const;
