import type { Noun } from '../app/noun.ts';
import { courseNeeds } from './needs.ts';
import { COURSE_KEYS } from './keys.ts';
import { LEARNING_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { COURSE_ROUTES } from './routes.tsx';

declare module '../text/text.ts' {
  interface MessageSets {
    course: keyof typeof en;
  }
}

const ACADEMY = { to: '/academy' } as const;

/** The SME Academy: the courses, and the player. */
export const course: Noun<(typeof COURSE_ROUTES)[number]> = {
  routes: COURSE_ROUTES,
  navigation: [{ label: 'nav.academy', address: ACADEMY, commands: [COURSE_KEYS.goAcademy] }],
  commands: Object.values(COURSE_KEYS),
  live: [LEARNING_CHANGES],
  home: { needs: courseNeeds, starts: [{ label: 'home.start.learn', address: ACADEMY }] },
};
