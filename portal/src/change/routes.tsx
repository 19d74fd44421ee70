import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';
import { prefetchRecord } from '../record/queries.ts';
import { readSearch } from './filter.ts';
import { CHANGE } from './record.ts';

const pages = () => import('./pages.ts');

const changes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/changes',
  validateSearch: readSearch,
  staticData: { title: 'nav.changes' },
  component: lazyRouteComponent(pages, 'ChangesPage'),
});

const change = createRoute({
  getParentRoute: () => changes,
  path: '$id',
  // A body of its own: its type must not be looked for in the addresses, which are made of the routes.
  loader: ({ context, params }) => {
    prefetchRecord(CHANGE, context, params.id);
  },
  component: lazyRouteComponent(pages, 'ChangePage'),
});

const propose = createRoute({
  getParentRoute: () => rootRoute,
  path: '/propose',
  staticData: { title: 'nav.propose' },
  component: lazyRouteComponent(pages, 'ProposePage'),
});

/** The pages of changes. */
export const CHANGE_ROUTES = [changes.addChildren([change]), propose] as const;
