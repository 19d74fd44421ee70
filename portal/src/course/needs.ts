import { requirePart } from '../api/client.ts';
import type { Needs } from '../app/noun.ts';
import type { Session } from '../app/session-context.ts';
import { BegunCoursesDocument, type EnrolmentFilter } from '../generated/api.ts';
import { followed } from '../live/followed.ts';

/** Courses in progress that the home page shows. */
const NEEDED_ROWS = 3;
const BEGUN: EnrolmentFilter = { status: ['IN_PROGRESS'] };

/** To those who learn: the courses that they began and have not completed. */
export function courseNeeds(reader: Session): readonly Needs[] {
  const { api, me } = reader;
  if (!learns(reader)) return [];
  const query = {
    queryKey: ['courses', 'few', 'begun'],
    queryFn: async () => {
      const answer = await api.request(BegunCoursesDocument, { first: NEEDED_ROWS, filter: BEGUN });
      return {
        nodes: requirePart(answer.enrolments).nodes.flatMap(({ id, learner, course }) => {
          if (!course || learner?.id !== me.id) return [];
          const title = { EN: course.en, FR: course.fr };
          const address = { to: '/academy/$id', params: { id: course.id } } as const;
          const what = 'course.do.goOn' as const;
          return { id, number: course.id, title, address, badges: [], what, dueAt: null, breached: false };
        }),
        hasMore: false,
      };
    },
    ...followed(api),
  };
  return [{ query, all: { label: 'nav.academy', address: { to: '/academy' } } }];
}

/** True of those who can learn here. */
export function learns({ me }: Session): boolean {
  return !me.auditor && me.memberships.length > 0;
}
