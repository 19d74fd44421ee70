import type { Noun } from '../app/noun.ts';
import { servicesQuery } from '../service/queries.ts';
import { apiFilter } from './filter.ts';
import { problemNeeds } from './needs.ts';
import { PROBLEM_KEYS } from './keys.ts';
import { PROBLEM_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { problemCountQuery, searchProblems } from './queries.ts';
import { useOpenOffered } from './rights.ts';
import { PROBLEM_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    problem: keyof typeof en;
  }
}

const OPEN_LIST = { to: '/problems', search: { open: true } } as const;

/** Problems: the log and what stands beside it, the form for a new one. */
export const problem: Noun<(typeof PROBLEM_ROUTES)[number]> = {
  routes: PROBLEM_ROUTES,
  navigation: [{ label: 'nav.problems', address: OPEN_LIST, commands: [PROBLEM_KEYS.goProblems] }],
  commands: Object.values(PROBLEM_KEYS),
  live: [PROBLEM_CHANGES],
  preloads: (api) => [servicesQuery(api)],
  search: searchProblems,
  numberOf: (digits) => `PRB-${digits.padStart(6, '0')}`,
  dashboard: {
    figures: ({ api }) => [
      { label: 'problem.figure', address: OPEN_LIST, query: problemCountQuery(api, apiFilter(OPEN_LIST.search)) },
    ],
  },
  home: {
    needs: problemNeeds,
    starts: [
      { label: 'home.start.openProblem', address: { to: '/open-problem', search: {} }, useShown: useOpenOffered },
    ],
  },
};
