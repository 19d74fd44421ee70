import type { Noun } from '../app/noun.ts';
import { servicesQuery } from '../service/queries.ts';
import { NOTIFICATION_KEYS } from './keys.ts';
import { NOTIFICATION_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { NOTIFICATION_ROUTES } from './routes.tsx';
import { Unread } from './unread.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    notification: keyof typeof en;
  }
}

/** Notifications: the inbox, and what the reader follows. */
export const notification: Noun<(typeof NOTIFICATION_ROUTES)[number]> = {
  routes: NOTIFICATION_ROUTES,
  navigation: [{ label: 'nav.inbox', address: { to: '/inbox' }, commands: [NOTIFICATION_KEYS.goInbox], Badge: Unread }],
  commands: Object.values(NOTIFICATION_KEYS),
  live: [NOTIFICATION_CHANGES],
  preloads: (api) => [servicesQuery(api)],
};
