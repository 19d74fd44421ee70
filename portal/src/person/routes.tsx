import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';

const profile = createRoute({
  getParentRoute: () => rootRoute,
  path: '/profile',
  staticData: { title: 'profile.title' },
  component: lazyRouteComponent(() => import('./profile.tsx'), 'ProfilePage'),
});

/** The pages about the reader. */
export const PERSON_ROUTES = [profile] as const;
