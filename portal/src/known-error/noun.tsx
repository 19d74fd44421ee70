import type { Noun } from '../app/noun.ts';
import { servicesQuery } from '../service/queries.ts';
import { apiFilter } from './filter.ts';
import { KNOWN_ERROR_KEYS } from './keys.ts';
import { KNOWN_ERROR_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { knownErrorCountQuery, searchKnownErrors } from './queries.ts';
import { KNOWN_ERROR_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    knownError: keyof typeof en;
  }
}

const PUBLISHED = { to: '/known-errors', search: { state: 'PUBLISHED' } } as const;
const LIST = { to: '/known-errors', search: {} } as const;

/** Known errors: the list and what stands beside it, the form for a draft. */
export const knownError: Noun<(typeof KNOWN_ERROR_ROUTES)[number]> = {
  routes: KNOWN_ERROR_ROUTES,
  navigation: [{ label: 'nav.knownErrors', address: LIST, commands: [KNOWN_ERROR_KEYS.goKnownErrors] }],
  commands: Object.values(KNOWN_ERROR_KEYS),
  live: [KNOWN_ERROR_CHANGES],
  preloads: (api) => [servicesQuery(api)],
  search: searchKnownErrors,
  numberOf: (digits) => `KE-${digits.padStart(6, '0')}`,
  dashboard: {
    figures: ({ api }) => [
      { label: 'knownError.figure', address: PUBLISHED, query: knownErrorCountQuery(api, apiFilter(PUBLISHED.search)) },
    ],
  },
  home: { starts: [{ label: 'home.start.knownErrors', address: LIST }] },
};
