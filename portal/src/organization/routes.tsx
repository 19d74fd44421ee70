import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';

const pages = () => import('./pages.ts');

const organizations = createRoute({
  getParentRoute: () => rootRoute,
  path: '/organizations',
  staticData: { title: 'nav.organizations' },
  component: lazyRouteComponent(pages, 'OrganizationsPage'),
});

const organization = createRoute({
  getParentRoute: () => rootRoute,
  path: '/organizations/$id',
  staticData: { title: 'profile.organization' },
  component: lazyRouteComponent(pages, 'OrganizationPage'),
});

/** The pages of organizations. */
export const ORGANIZATION_ROUTES = [organizations, organization] as const;
