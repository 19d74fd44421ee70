import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../app/root-route.tsx';
import { prefetchRecord } from '../record/queries.ts';
import { readSearch } from './filter.ts';
import { PROBLEM } from './record.ts';

const pages = () => import('./pages.ts');

const problems = createRoute({
  getParentRoute: () => rootRoute,
  path: '/problems',
  validateSearch: readSearch,
  staticData: { title: 'nav.problems' },
  component: lazyRouteComponent(pages, 'ProblemsPage'),
});

const problem = createRoute({
  getParentRoute: () => problems,
  path: '$id',
  // A body of its own: its type must not be looked for in the addresses, which are made of the routes.
  loader: ({ context, params }) => {
    prefetchRecord(PROBLEM, context, params.id);
  },
  component: lazyRouteComponent(pages, 'ProblemPage'),
});

const open = createRoute({
  getParentRoute: () => rootRoute,
  path: '/open-problem',
  validateSearch: ({ incident }: Record<string, unknown>): { incident?: string } =>
    typeof incident === 'string' ? { incident } : {},
  staticData: { title: 'nav.openProblem' },
  component: lazyRouteComponent(pages, 'OpenProblemPage'),
});

/** The pages of problems. */
export const PROBLEM_ROUTES = [problems.addChildren([problem]), open] as const;
