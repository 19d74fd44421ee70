import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import {
  AttemptDocument,
  CourseDocument,
  CoursesDocument,
  CoursesToCompleteDocument,
  LearnersDocument,
  type AttemptFactsFragment,
  type CourseQuery,
  type CoursesQuery,
  type EnrolmentRowFragment,
  type LearnersQuery,
} from '../generated/api.ts';
import { followed } from '../live/followed.ts';

/** Learners of one page. */
const LEARNER_ROWS = 25;

/** A course as the list shows it, and as its page does. The page's version is that of the enrolment: the feed compares it. */
export type CourseRow = NonNullable<CoursesQuery['courses']>[number];
export type Facts = NonNullable<CourseQuery['course']> & { version: number };
export type Lesson = NonNullable<NonNullable<Facts['modules']>[number]['lessons']>[number];
export type AttemptRow = NonNullable<NonNullable<Facts['enrolment']>['attempts']>[number];
export type LearnerRow = NonNullable<LearnersQuery['enrolments']>['nodes'][number];
export type Question = NonNullable<AttemptFactsFragment['questions']>[number];

/** The courses of the academy, each with what the reader has done of it. */
export function coursesQuery(api: Api) {
  return queryOptions({
    queryKey: ['courses', 'few'],
    queryFn: async () => ({ nodes: requirePart((await api.request(CoursesDocument)).courses) }),
    ...followed(api),
  });
}

/** Who takes a course, the last enrolled first, page by page. The feed tells of the reader's own enrolments alone. */
export function learnersQuery(api: Api, courseId: string) {
  return infiniteQueryOptions({
    queryKey: ['learners', courseId],
    queryFn: async ({ pageParam }) => {
      const variables = { courseId, first: LEARNER_ROWS, after: pageParam };
      return requirePart((await api.request(LearnersDocument, variables)).enrolments);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
  });
}

/** How many courses the reader has not completed. */
export function toCompleteQuery(api: Api) {
  return {
    queryKey: ['courses', 'count', 'toComplete'],
    queryFn: async () => {
      const courses = requirePart((await api.request(CoursesToCompleteDocument)).courses);
      return courses.filter(({ enrolment }) => enrolment?.status !== 'COMPLETED').length;
    },
    ...followed(api),
  };
}

/** One course with its lessons. Null when there is none. */
export function courseQuery(api: Api, code: string) {
  return queryOptions({
    queryKey: courseKey(code),
    queryFn: async (): Promise<Facts | null> => {
      const { course } = await api.request(CourseDocument, { id: code });
      return course && { ...course, version: course.enrolment?.version ?? 0 };
    },
    ...followed(api),
  });
}

function courseKey(code: string) {
  return ['course', code, 'facts'] as const;
}

/**
 * The questions of an attempt that runs, with the answers that are kept. It is read each time that it is opened: its answers may come
 * from another browser. While it is open, nothing is read again: what the reader chooses must not change under their hands.
 */
export function attemptQuery(api: Api, id: string) {
  return queryOptions({
    queryKey: attemptKey(id),
    queryFn: async () => {
      const { attempt } = await api.request(AttemptDocument, { id });
      return requirePart(attempt as AttemptFactsFragment | null);
    },
    staleTime: Infinity,
    gcTime: 0,
  });
}

function attemptKey(id: string) {
  return ['attempt', id] as const;
}

/** Keeps what a write gave back of a course, so that it need not be read again. */
export function useKept(code: string) {
  const queryClient = useQueryClient();
  const reload = () => void queryClient.invalidateQueries({ queryKey: courseKey(code) });
  return {
    /** Has the course read again. */
    reload,
    /** The enrolment as it is now. Where the write could not read it, the course is read again. */
    keepEnrolment(enrolment: EnrolmentRowFragment | null): void {
      void queryClient.invalidateQueries({ queryKey: ['courses'] });
      if (!enrolment) return reload();
      queryClient.setQueryData<Facts | null>(courseKey(code), (course) =>
        course
          ? { ...course, version: enrolment.version, enrolment: { attempts: [], ...course.enrolment, ...enrolment } }
          : course,
      );
    },
  };
}

/** The lessons of a course in their order. */
export function lessonsOf(course: Facts): Lesson[] {
  return (course.modules ?? []).flatMap(({ lessons }) => lessons ?? []);
}
