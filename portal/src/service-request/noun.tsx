import type { Noun } from '../app/noun.ts';
import { useSession } from '../app/session-context.ts';
import { apiFilter } from './filter.ts';
import { requestNeeds } from './needs.ts';
import { REQUEST_KEYS } from './keys.ts';
import { REQUEST_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { requestCountQuery, searchRequests } from './queries.ts';
import { REQUEST_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    serviceRequest: keyof typeof en;
  }
}

const OPEN_LIST = { to: '/requests', search: { open: true } } as const;
const CATALOGUE = { to: '/catalogue' } as const;

/** Service requests: the catalogue with its forms, the list and what stands beside it. */
export const serviceRequest: Noun<(typeof REQUEST_ROUTES)[number]> = {
  routes: REQUEST_ROUTES,
  navigation: [{ label: 'nav.requests', address: OPEN_LIST, commands: [REQUEST_KEYS.goRequests] }],
  commands: Object.values(REQUEST_KEYS),
  live: [REQUEST_CHANGES],
  search: searchRequests,
  numberOf: (digits) => `REQ-${digits.padStart(6, '0')}`,
  dashboard: {
    figures: ({ api }) => [
      { label: 'request.figure', address: OPEN_LIST, query: requestCountQuery(api, apiFilter(OPEN_LIST.search)) },
    ],
  },
  home: {
    needs: requestNeeds,
    starts: [{ label: 'home.start.order', address: CATALOGUE, useShown: () => useSession().customer }],
  },
};
