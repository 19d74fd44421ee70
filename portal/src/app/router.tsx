import { createRoute, createRouter, lazyRouteComponent, type AnyRoute } from '@tanstack/react-router';
import { Failure } from '../api/failure.tsx';
import { HomePage } from './home.tsx';
import type { Noun } from './noun.ts';
import { rootRoute, type RouteContext } from './root-route.tsx';

// Each route declares what its page loads; the page reads it from the same query. Loading starts with the click and is not
// waited for: the page shows its own skeletons. The pages of a noun may come behind the first load (`lazyRouteComponent`); the app
// fetches all of them once the first page stands, so that each opens while the line is down.
const home = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  staticData: { title: 'nav.home' },
  component: HomePage,
});

const dashboard = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard',
  staticData: { title: 'nav.dashboard' },
  component: lazyRouteComponent(() => import('./dashboard.tsx'), 'DashboardPage'),
});

/** The pages of the app and of the nouns by address. */
export function createPortalRouter<Route extends AnyRoute>(nouns: readonly Noun<Route>[], context: RouteContext) {
  return createRouter({
    routeTree: rootRoute.addChildren([home, dashboard, ...nouns.flatMap(({ routes }) => routes ?? [])]),
    context,
    defaultPreload: false,
    // A fault of one page leaves the rest of the portal standing. A new version of the portal is the usual reason.
    defaultErrorComponent: ({ error }) => <Failure error={error} retry={() => location.reload()} page />,
  });
}
