import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';
import { prefetchRecord } from '../record/queries.ts';
import { readSearch } from './filter.ts';
import { CONTINUITY_EVENT } from './record.ts';

const pages = () => import('./pages.ts');

const continuity = createRoute({
  getParentRoute: () => rootRoute,
  path: '/continuity',
  validateSearch: readSearch,
  staticData: { title: 'nav.continuity' },
  component: lazyRouteComponent(pages, 'ContinuityPage'),
});

const event = createRoute({
  getParentRoute: () => continuity,
  path: '$id',
  // A body of its own: its type must not be looked for in the addresses, which are made of the routes.
  loader: ({ context, params }) => {
    prefetchRecord(CONTINUITY_EVENT, context, params.id);
  },
  component: lazyRouteComponent(pages, 'ContinuityEventPage'),
});

const declare = createRoute({
  getParentRoute: () => rootRoute,
  path: '/declare',
  staticData: { title: 'nav.declare' },
  component: lazyRouteComponent(pages, 'DeclarePage'),
});

/** The pages of continuity. */
export const CONTINUITY_ROUTES = [continuity.addChildren([event]), declare] as const;
