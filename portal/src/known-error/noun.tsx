import type { Noun } from '../app/noun.ts';
import { servicesQuery } from '../service/queries.ts';
import { KNOWN_ERROR_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { searchKnownErrors } from './queries.ts';
import { KNOWN_ERROR_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    knownError: keyof typeof en;
  }
}

/** Known errors: the list and what stands beside it, the form for a draft. The problems log leads to them. */
export const knownError: Noun<(typeof KNOWN_ERROR_ROUTES)[number]> = {
  routes: KNOWN_ERROR_ROUTES,
  live: [KNOWN_ERROR_CHANGES],
  preloads: (api) => [servicesQuery(api)],
  search: searchKnownErrors,
  home: { starts: [{ label: 'home.start.knownErrors', address: { to: '/known-errors', search: {} } }] },
};
