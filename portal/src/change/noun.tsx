import type { Noun } from '../app/noun.ts';
import { servicesQuery } from '../service/queries.ts';
import { apiFilter } from './filter.ts';
import { changeNeeds } from './needs.ts';
import { CHANGE_KEYS } from './keys.ts';
import { CHANGE_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { changeCountQuery, searchChanges } from './queries.ts';
import { useProposeOffered } from './rights.ts';
import { CHANGE_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    change: keyof typeof en;
  }
}

const OPEN_LIST = { to: '/changes', search: { open: true } } as const;
const SOON = { to: '/changes', search: { open: true, planned: 'WEEK' } } as const;
const PROPOSE = { to: '/propose' } as const;

/** Changes: the list and what stands beside it, the proposal. */
export const change: Noun<(typeof CHANGE_ROUTES)[number]> = {
  routes: CHANGE_ROUTES,
  navigation: [{ label: 'nav.changes', address: OPEN_LIST, commands: [CHANGE_KEYS.goChanges] }],
  commands: Object.values(CHANGE_KEYS),
  live: [CHANGE_CHANGES],
  preloads: (api) => [servicesQuery(api)],
  search: searchChanges,
  numberOf: (digits) => `CHG-${digits.padStart(6, '0')}`,
  dashboard: {
    figures: ({ api }, now) => [
      { label: 'change.figure', address: SOON, query: changeCountQuery(api, apiFilter(SOON.search, now)) },
    ],
  },
  home: {
    needs: changeNeeds,
    starts: [
      { label: 'home.start.propose', address: PROPOSE, useShown: useProposeOffered },
      { label: 'home.start.changes', address: OPEN_LIST },
    ],
  },
};
