import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { Queries } from './api/queries.ts';
import { Failure } from './components/failure.tsx';
import { Shell } from './components/shell.tsx';
import { readSearch } from './incident-filter.ts';
import { NotFoundPage } from './pages/not-found.tsx';

/** What every route may use while it loads. */
export interface RouteContext {
  queryClient: QueryClient;
  queries: Queries;
  /** True for people of the SME, whose forms name analysts. */
  staff: boolean;
}

// Each route declares what its page loads; the page reads it from the same query. Loading starts with the click and is not
// waited for: the page shows its own skeletons.
const root = createRootRouteWithContext<RouteContext>()({
  component: Shell,
  notFoundComponent: NotFoundPage,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  loader: ({ context }) => void context.queryClient.prefetchQuery(context.queries.counts),
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'HomePage'),
});

const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  validateSearch: readSearch,
  loader: ({ context }) => void context.queryClient.prefetchQuery(context.queries.counts),
  component: lazyRouteComponent(() => import('./pages/incidents.tsx'), 'IncidentsPage'),
});

const incident = createRoute({
  getParentRoute: () => incidents,
  path: '$id',
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(context.queries.incident(params.id));
    void context.queryClient.prefetchQuery(context.queries.comments(params.id));
    if (context.staff) void context.queryClient.prefetchQuery(context.queries.analysts);
  },
  component: lazyRouteComponent(() => import('./pages/incident.tsx'), 'IncidentPage'),
});

const report = createRoute({
  getParentRoute: () => root,
  path: '/report',
  component: lazyRouteComponent(() => import('./pages/report.tsx'), 'ReportPage'),
});

const dashboard = createRoute({
  getParentRoute: () => root,
  path: '/dashboard',
  loader: ({ context }) => void context.queryClient.prefetchQuery(context.queries.counts),
  component: lazyRouteComponent(() => import('./pages/dashboard.tsx'), 'DashboardPage'),
});

const profile = createRoute({
  getParentRoute: () => root,
  path: '/profile',
  component: lazyRouteComponent(() => import('./pages/profile.tsx'), 'ProfilePage'),
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
