import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';
import { courseQuery } from './queries.ts';

const pages = () => import('./pages.ts');

const academy = createRoute({
  getParentRoute: () => rootRoute,
  path: '/academy',
  staticData: { title: 'nav.academy' },
  component: lazyRouteComponent(pages, 'AcademyPage'),
});

const course = createRoute({
  getParentRoute: () => rootRoute,
  path: '/academy/$id',
  validateSearch: ({ lesson }: Record<string, unknown>): { lesson?: string } =>
    typeof lesson === 'string' && lesson ? { lesson } : {},
  staticData: { title: 'nav.academy' },
  // A body of its own: its type must not be looked for in the addresses, which are made of the routes.
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(courseQuery(context.api, params.id));
  },
  component: lazyRouteComponent(pages, 'CoursePage'),
});

/** The pages of the academy. */
export const COURSE_ROUTES = [academy, course] as const;
