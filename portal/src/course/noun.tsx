import type { Noun } from '../app/noun.ts';
import { courseNeeds, learns } from './needs.ts';
import { COURSE_KEYS } from './keys.ts';
import { LEARNING_CHANGES } from './live.ts';
import type en from './messages.en.json';
import { toCompleteQuery } from './queries.ts';
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
  dashboard: {
    figures: (reader) =>
      learns(reader) ? [{ label: 'course.figure', address: ACADEMY, query: toCompleteQuery(reader.api) }] : [],
  },
  home: { needs: courseNeeds, starts: [{ label: 'home.start.learn', address: ACADEMY }] },
};
