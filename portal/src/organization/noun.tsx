import type { Noun } from '../app/noun.ts';
import { ORGANIZATION_KEYS } from './keys.ts';
import type en from './messages.en.json';
import { searchOrganizations } from './queries.ts';
import { ORGANIZATION_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    organization: keyof typeof en;
  }
}

/** Organizations: their list, and one with its people and agents. */
export const organization: Noun<(typeof ORGANIZATION_ROUTES)[number]> = {
  routes: ORGANIZATION_ROUTES,
  navigation: [
    { label: 'nav.organizations', address: { to: '/organizations' }, commands: [ORGANIZATION_KEYS.goOrganizations] },
  ],
  commands: Object.values(ORGANIZATION_KEYS),
  search: searchOrganizations,
};
