import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter } from '@tanstack/react-router';
import type { Queries } from './api/queries.ts';
import { Failure } from './components/failure.tsx';
import { Shell } from './components/shell.tsx';
import { readSearch } from './incident-filter.ts';
import { DashboardPage } from './pages/dashboard.tsx';
import { HomePage } from './pages/home.tsx';
import { IncidentPage } from './pages/incident.tsx';
import { IncidentsPage } from './pages/incidents.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { ProfilePage } from './pages/profile.tsx';
import { ReportPage } from './pages/report.tsx';

/** What every route may use while it loads. */
export interface RouteContext {
  queryClient: QueryClient;
  queries: Queries;
}

// Each route declares what its page loads; the page reads it from the same query. Loading starts with the click and is not
// waited for: the page shows its own skeletons. Every page comes with the first load: a page that had to be fetched could not be
// opened while the line is down.
const root = createRootRouteWithContext<RouteContext>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: HomePage,
});

const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  validateSearch: readSearch,
  component: IncidentsPage,
});

const incident = createRoute({
  getParentRoute: () => incidents,
  path: '$id',
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(context.queries.incident(params.id));
    void context.queryClient.prefetchQuery(context.queries.comments(params.id));
  },
  component: IncidentPage,
});

const report = createRoute({
  getParentRoute: () => root,
  path: '/report',
  component: ReportPage,
});

const dashboard = createRoute({
  getParentRoute: () => root,
  path: '/dashboard',
  component: DashboardPage,
});

const profile = createRoute({
  getParentRoute: () => root,
  path: '/profile',
  component: ProfilePage,
});

const tree = root.addChildren([home, incidents.addChildren([incident]), report, dashboard, profile]);

/** The portal's pages by address. */
export function createPortalRouter(context: RouteContext) {
  return createRouter({
    routeTree: tree,
    context,
    defaultPreload: false,
    // A fault of one page leaves the rest of the portal standing. A new version of the portal is the usual reason.
    defaultErrorComponent: ({ error }) => <Failure error={error} retry={() => location.reload()} page />,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPortalRouter>;
  }
}
