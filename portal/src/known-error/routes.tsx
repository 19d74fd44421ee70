import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';
import { prefetchRecord } from '../record/queries.ts';
import { readSearch } from './filter.ts';
import { KNOWN_ERROR } from './record.ts';

const pages = () => import('./pages.ts');

const knownErrors = createRoute({
  getParentRoute: () => rootRoute,
  path: '/known-errors',
  validateSearch: readSearch,
  staticData: { title: 'nav.knownErrors' },
  component: lazyRouteComponent(pages, 'KnownErrorsPage'),
});

const knownError = createRoute({
  getParentRoute: () => knownErrors,
  path: '$id',
  // A body of its own: its type must not be looked for in the addresses, which are made of the routes.
  loader: ({ context, params }) => {
    prefetchRecord(KNOWN_ERROR, context, params.id);
  },
  component: lazyRouteComponent(pages, 'KnownErrorPage'),
});

const draft = createRoute({
  getParentRoute: () => rootRoute,
  path: '/draft-known-error',
  validateSearch: ({ problem }: Record<string, unknown>): { problem?: string } =>
    typeof problem === 'string' ? { problem } : {},
  staticData: { title: 'nav.draftKnownError' },
  component: lazyRouteComponent(pages, 'DraftKnownErrorPage'),
});

/** The pages of known errors. */
export const KNOWN_ERROR_ROUTES = [knownErrors.addChildren([knownError]), draft] as const;
