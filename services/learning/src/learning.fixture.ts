import type { Viewer } from '@desk/kit/api/viewer';
import { lena } from '@desk/testkit/people';
import { done, mutationText, refusalIn, subgraphClient, type Ask, type Refused } from '@desk/testkit/subgraph-client';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { buildViewer } from '@desk/testkit/viewer';
import { createLearningService, type LearningService } from './service.ts';

/** The SME's training manager. */
export const lou = buildViewer({
  id: 'per_lou',
  memberships: [{ organizationId: 'org_SME', roles: ['SME_TRAINING'] }],
  staff: true,
});

/** An enrolment as the tests look at it. */
export interface Enrolled {
  id: string;
  version: number;
  status: string;
  progressPercent: number;
  completedLessons: string[];
  resume: { lessonId: string; position: number } | null;
}

/** An attempt as the tests look at it. */
export interface Attempted {
  id: string;
  place: number;
  state: string;
  passed: boolean | null;
  score: { numerator: number; denominator: number; maximum: number; percent: number } | null;
  questions: {
    id: string;
    options: { id: string }[];
    answer: { optionIds: string[]; number: string | null } | null;
  }[];
}

export const ENROLMENT = 'id version status progressPercent completedLessons resume { lessonId position }';
export const ATTEMPT = `id place state passed score { numerator denominator maximum percent }
  questions { id options { id } answer { optionIds number } }`;

/** The right answers of INTRO. */
export const RIGHT: Record<string, string[]> = {
  Q1: ['B'],
  Q2: ['A', 'B'],
  Q3: ['B'],
  Q4: ['B', 'D', 'A', 'C'],
  Q5: ['C'],
};

/** A learning service under test, and short ways to speak with it. Lena learns, unless a test names another person. */
export interface Desk {
  ground: TestGround;
  service: LearningService;
  ask: Ask;
  enrol(viewer?: Viewer, courseId?: string): Promise<Enrolled>;
  show(id: string, viewer?: Viewer): Promise<Enrolled | null>;
  read(enrolment: { id: string }, lessonId: string, viewer?: Viewer): Promise<Enrolled>;
  start(enrolment: { id: string }, viewer?: Viewer): Promise<Attempted>;
  answer(attempt: { id: string }, input: Record<string, unknown>, viewer?: Viewer): Promise<Attempted>;
  submit(attempt: { id: string }, viewer?: Viewer): Promise<Attempted>;
  refusal(mutation: string, input: Record<string, unknown>, viewer?: Viewer): Promise<Refused>;
}

/** Starts a learning service at an instant. */
export async function startDesk(now = '2026-06-29T14:00:00.000Z'): Promise<Desk> {
  const ground = await testGround(now);
  const service = await createLearningService(ground.config, ground.deps('learning'));
  const ask = subgraphClient(service.url, 'learning', ground.sign);
  const enrolled = async (mutation: string, input: Record<string, unknown>, viewer: Viewer) =>
    done<{ enrolment: Enrolled }>(await ask(viewer, mutationText(mutation, `enrolment { ${ENROLMENT} }`), { input }))
      .enrolment;
  const attempted = async (mutation: string, input: Record<string, unknown>, viewer: Viewer) =>
    done<{ attempt: Attempted }>(await ask(viewer, mutationText(mutation, `attempt { ${ATTEMPT} }`), { input }))
      .attempt;
  return {
    ground,
    service,
    ask,
    enrol: (viewer = lena, courseId = 'INTRO') => enrolled('enrolInCourse', { courseId }, viewer),
    show: async (id, viewer = lena) =>
      done(await ask(viewer, `query($id: ID!) { enrolment(id: $id) { ${ENROLMENT} } }`, { id })),
    read: ({ id }, lessonId, viewer = lena) =>
      enrolled('saveLessonProgress', { id, lessonId, position: 1, completed: true }, viewer),
    start: ({ id }, viewer = lena) => attempted('startAttempt', { id }, viewer),
    answer: ({ id }, input, viewer = lena) => attempted('saveAnswer', { id, ...input }, viewer),
    submit: ({ id }, viewer = lena) => attempted('submitAttempt', { id }, viewer),
    refusal: async (mutation, input, viewer = lena) =>
      refusalIn(await ask(viewer, mutationText(mutation, '__typename'), { input })),
  };
}
