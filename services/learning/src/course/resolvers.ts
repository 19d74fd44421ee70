import type { Owed } from '@desk/kit/api/subgraph';
import type * as api from '../generated/api.ts';
import type { Bilingual, Course as CourseRecord } from './course.ts';
import { lessonHtml } from './lesson-html.ts';

export const courseQueries = {
  courses: (_root, _args, { shelf }) => [...shelf.current],
  course: (_root, { id }, { shelf }) => shelf.current.find((course) => course.id === id.toUpperCase()) ?? null,
} satisfies Partial<api.QueryResolvers>;

const Course: api.CourseResolvers & Owed<api.Course, CourseRecord, api.CourseResolvers> = {
  title: inLanguage,
  summary: ({ summary }, { language }) => inLanguage(summary, { language }),
  sources: ({ sources }, { language }) => sources.map((source) => inLanguage(source, { language })),
  modules(course) {
    const last = course.modules.length - 1;
    return course.modules.map((module, place) => ({
      ...module,
      lessons: place === last ? [...module.lessons, course.assessment] : module.lessons,
      course,
    }));
  },
  timeLimit: ({ timeLimitMs }) => timeLimitMs,
  enrolment: ({ id }, _args, { viewer, store }) => (viewer.id === null ? null : store.enrolments.findOf(viewer.id, id)),
};

export const courseTypes = {
  Course,
  CourseModule: {
    title: inLanguage,
    lessons: ({ lessons, course }) => lessons.map((lesson) => ({ ...lesson, course })),
  },
  Lesson: {
    title: inLanguage,
    kind: ({ text }) => (text ? 'CONTENT' : 'ASSESSMENT'),
    html: ({ text }, { language }) => text && lessonHtml(inLanguage(text, { language })),
  },
  QuestionOption: { text: inLanguage },
} satisfies api.Resolvers;

/** The text in the language that is asked for. */
export function inLanguage({ en, fr }: Bilingual, { language }: { language: api.Language }): string {
  return language === 'FR' ? fr : en;
}
