import { queryOptions } from '@tanstack/react-query';
import { requirePart, type Api } from '../api/client.ts';
import { CourseDocument, CoursesDocument, type CourseQuery, type CoursesQuery } from '../generated/api.ts';
import { followed } from '../live/followed.ts';

/** A course as the list shows it, and as its page does. */
export type CourseRow = NonNullable<CoursesQuery['courses']>[number];
export type Facts = NonNullable<CourseQuery['course']>;
export type Lesson = NonNullable<NonNullable<Facts['modules']>[number]['lessons']>[number];
export type AttemptFacts = NonNullable<NonNullable<Facts['enrolment']>['attempts']>[number];

/** The courses of the academy, each with what the reader has done of it. */
export function coursesQuery(api: Api) {
  return queryOptions({
    queryKey: ['courses', 'few'],
    queryFn: async () => ({ nodes: requirePart((await api.request(CoursesDocument)).courses) }),
    ...followed(api),
  });
}

/** One course with its lessons. Null when there is none. */
export function courseQuery(api: Api, code: string) {
  return queryOptions({
    queryKey: courseKey(code),
    queryFn: async () => (await api.request(CourseDocument, { id: code })).course,
    ...followed(api),
  });
}

export function courseKey(code: string) {
  return ['course', code, 'facts'] as const;
}

/** The lessons of a course in their order. */
export function lessonsOf(course: Facts): Lesson[] {
  return (course.modules ?? []).flatMap(({ lessons }) => lessons ?? []);
}
