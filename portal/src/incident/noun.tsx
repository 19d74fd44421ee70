import type { Noun } from '../app/noun.ts';
import { useSession } from '../app/session-context.ts';
import { OpenIncidents } from './dashboard.tsx';
import { incidentNeeds, OpenSummary } from './home.tsx';
import { INCIDENT_KEYS } from './keys.ts';
import { INCIDENT_CHANGES, INCIDENT_TALLY } from './live.ts';
import type en from './messages.en.json';
import { searchIncidents } from './queries.ts';
import { referencesQuery } from './references.ts';
import { servicesQuery } from '../service/queries.ts';
import { useReportOffered } from './rights.ts';
import { INCIDENT_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    incident: keyof typeof en;
  }
}

const OPEN_LIST = { to: '/incidents', search: { open: true } } as const;
const REPORT = { to: '/report' } as const;

/** Incidents: the list and what stands beside it, the report, the tally on the dashboard. */
export const incident: Noun<(typeof INCIDENT_ROUTES)[number]> = {
  routes: INCIDENT_ROUTES,
  navigation: [
    { label: 'nav.incidents', address: OPEN_LIST, commands: [INCIDENT_KEYS.goIncidents, INCIDENT_KEYS.search] },
    { label: 'nav.report', address: REPORT, commands: [INCIDENT_KEYS.create], useShown: useReportOffered },
  ],
  commands: Object.values(INCIDENT_KEYS),
  live: [INCIDENT_CHANGES, INCIDENT_TALLY],
  preloads: (api) => [referencesQuery(api), servicesQuery(api)],
  search: searchIncidents,
  numberOf: (digits) => `INC-${digits.padStart(6, '0')}`,
  home: {
    needs: incidentNeeds,
    starts: [
      { label: 'home.start.report', address: REPORT, useShown: useReportOffered },
      { label: 'home.start.ours', address: OPEN_LIST, useShown: () => useSession().customer },
      { label: 'home.start.queue', address: OPEN_LIST, useShown: () => !useSession().customer },
    ],
    Summary: OpenSummary,
  },
  dashboard: { Part: OpenIncidents },
};
