import type { Noun } from '../app/noun.ts';
import { servicesQuery } from '../service/queries.ts';
import { apiFilter } from './filter.ts';
import { RunningEvents } from './home.tsx';
import { CONTINUITY_KEYS } from './keys.ts';
import { CONTINUITY_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { continuityNeeds } from './needs.ts';
import { eventCountQuery, searchEvents } from './queries.ts';
import { useDeclareOffered } from './rights.ts';
import { CONTINUITY_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    continuity: keyof typeof en;
  }
}

const OPEN_LIST = { to: '/continuity', search: { open: true } } as const;
const RUNNING = { to: '/continuity', search: { open: true, kind: 'ACTUAL' } } as const;
const DECLARE = { to: '/declare' } as const;

/** Continuity events: the list and what stands beside it, the declaration. */
export const continuity: Noun<(typeof CONTINUITY_ROUTES)[number]> = {
  routes: CONTINUITY_ROUTES,
  navigation: [{ label: 'nav.continuity', address: OPEN_LIST, commands: [CONTINUITY_KEYS.goContinuity] }],
  commands: Object.values(CONTINUITY_KEYS),
  live: [CONTINUITY_CHANGES],
  preloads: (api) => [servicesQuery(api)],
  search: searchEvents,
  numberOf: (digits) => `-${digits.padStart(4, '0')}`,
  dashboard: {
    figures: ({ api }) => [
      {
        label: 'continuity.figure',
        address: RUNNING,
        query: eventCountQuery(api, apiFilter(RUNNING.search)),
        alarm: true,
      },
    ],
  },
  home: {
    First: RunningEvents,
    needs: continuityNeeds,
    starts: [{ label: 'home.start.declare', address: DECLARE, useShown: useDeclareOffered }],
  },
};
