import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';
import { prefetchRecord } from '../record/queries.ts';
import { readSearch } from './filter.ts';
import { INCIDENT } from './record.ts';

const pages = () => import('./pages.ts');

const incidents = createRoute({
  getParentRoute: () => rootRoute,
  path: '/incidents',
  validateSearch: readSearch,
  staticData: { title: 'nav.incidents' },
  component: lazyRouteComponent(pages, 'IncidentsPage'),
});

const incident = createRoute({
  getParentRoute: () => incidents,
  path: '$id',
  // A body of its own: its type must not be looked for in the addresses, which are made of the routes.
  loader: ({ context, params }) => {
    prefetchRecord(INCIDENT, context, params.id);
  },
  component: lazyRouteComponent(pages, 'IncidentPage'),
});

const report = createRoute({
  getParentRoute: () => rootRoute,
  path: '/report',
  staticData: { title: 'nav.report' },
  component: lazyRouteComponent(pages, 'ReportPage'),
});

/** The pages of incidents. */
export const INCIDENT_ROUTES = [incidents.addChildren([incident]), report] as const;
