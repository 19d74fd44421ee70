import { about, steps, type Play, type Scene } from './play.ts';

const COURSE = 'INTRO';
const read = (lessonId: string) => about('enrolment', () => ({ lessonId, position: 1, completed: true }));
const answer = (questionId: string, optionIds: readonly string[]) =>
  about('attempt', () => ({ questionId, optionIds }));

/** What happens to enrolments and attempts. A learner takes a course once, so each play has a newcomer. */
export const PLAYS: readonly Play[] = [
  {
    name: 'a course from the enrolment to the test',
    newcomer: true,
    steps: [
      {
        by: 'newcomer',
        mutation: 'enrolInCourse',
        record: 'enrolment',
        input: () => ({ courseId: COURSE }),
        keyed: ({ person }: Scene) => ({ principal: person('newcomer'), key: COURSE }),
      },
      ...steps('enrolment', [
        ['newcomer', 'saveLessonProgress', read('WHY')],
        ['newcomer', 'saveLessonProgress', read('WHO')],
      ]),
      {
        by: 'newcomer',
        mutation: 'startAttempt',
        record: 'attempt',
        input: about('enrolment'),
        keyed: ({ of }: Scene) => ({ principal: of('enrolment').id, key: '1' }),
      },
      ...steps('attempt', [
        ['newcomer', 'saveAnswer', answer('Q1', ['B'])],
        ['newcomer', 'saveAnswer', answer('Q2', ['A', 'B'])],
        ['newcomer', 'saveAnswer', answer('Q1', ['A'])],
        ['newcomer', 'submitAttempt', about('attempt')],
      ]),
    ],
  },
];
