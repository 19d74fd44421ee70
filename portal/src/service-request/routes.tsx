import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';
import { prefetchRecord } from '../record/queries.ts';
import { readSearch } from './filter.ts';
import { SERVICE_REQUEST } from './record.ts';

const pages = () => import('./pages.ts');

const requests = createRoute({
  getParentRoute: () => rootRoute,
  path: '/requests',
  validateSearch: readSearch,
  staticData: { title: 'nav.requests' },
  component: lazyRouteComponent(pages, 'RequestsPage'),
});

const request = createRoute({
  getParentRoute: () => requests,
  path: '$id',
  // A body of its own: its type must not be looked for in the addresses, which are made of the routes.
  loader: ({ context, params }) => {
    prefetchRecord(SERVICE_REQUEST, context, params.id);
  },
  component: lazyRouteComponent(pages, 'RequestPage'),
});

const catalogue = createRoute({
  getParentRoute: () => rootRoute,
  path: '/catalogue',
  staticData: { title: 'nav.catalogue' },
  component: lazyRouteComponent(pages, 'CataloguePage'),
});

const order = createRoute({
  getParentRoute: () => rootRoute,
  path: '/catalogue/$item',
  staticData: { title: 'nav.catalogue' },
  component: lazyRouteComponent(pages, 'OrderPage'),
});

/** The pages of service requests. */
export const REQUEST_ROUTES = [requests.addChildren([request]), catalogue, order] as const;
