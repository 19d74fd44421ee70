import { ada, bert, lena, partnerWith, sam } from '@desk/testkit/people';
import { done, mutationText } from '@desk/testkit/subgraph-client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ATTEMPT, RIGHT, lou, startDesk, type Attempted, type Desk } from '../learning.fixture.ts';
import { buildViewer } from '@desk/testkit/viewer';

const NOW = '2026-06-29T14:00:00.000Z';
let desk: Desk;
let learners = 0;

beforeAll(async () => {
  desk = await startDesk(NOW);
});
afterAll(() => desk.service.stop());

/** A learner of one test alone. */
const somebody = () =>
  buildViewer({ id: `per_l${learners++}`, memberships: [{ organizationId: 'org_A', roles: ['LDC_USER'] }] });

describe('an enrolment', () => {
  test('is one for each person and course, however often it is asked for', async () => {
    const who = somebody();
    const [first, second] = await Promise.all([desk.enrol(who), desk.enrol(who, 'intro')]);
    expect(first.id).toBe(second.id);
    expect(first).toMatchObject({ version: 1, status: 'IN_PROGRESS', progressPercent: 0, resume: null });
  });
  test('goes on in another browser where the learner left off', async () => {
    const who = somebody();
    const { id } = await desk.enrol(who);
    await desk.read({ id }, 'WHY', who);
    const place = { id, lessonId: 'WHO', position: 0.4 };
    done(await desk.ask(who, mutationText('saveLessonProgress', 'version'), { input: place }));
    const query =
      '{ course(id: "INTRO") { enrolment { completedLessons progressPercent resume { lessonId position } } } }';
    expect(done(await desk.ask(who, query))).toEqual({
      enrolment: { completedLessons: ['WHY'], progressPercent: 33, resume: { lessonId: 'WHO', position: 0.4 } },
    });
  });
  test('is read by its learner, the training staff and auditors; to anybody else it is as one that does not exist', async () => {
    const { id } = await desk.enrol();
    for (const viewer of [lena, lou, ada]) expect(await desk.show(id, viewer)).toMatchObject({ id });
    for (const viewer of [bert, sam, somebody()]) expect(await desk.show(id, viewer)).toBeNull();
    const query = '{ enrolments(first: 100) { totalCount nodes { id } } }';
    const { nodes } = done<{ nodes: { id: string }[] }>(await desk.ask(lena, query));
    expect(nodes).toEqual([{ id }]);
    expect(done<{ totalCount: number }>(await desk.ask(lou, query)).totalCount).toBeGreaterThan(1);
    const progress = { id, lessonId: 'WHY', position: 1 };
    const foreign = await desk.refusal('saveLessonProgress', progress, bert);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(await desk.refusal('saveLessonProgress', { ...progress, id: `enr_${'0'.repeat(26)}` }, bert)).toEqual(
      foreign,
    );
    expect(await desk.refusal('saveLessonProgress', progress, lou)).toMatchObject({ code: 'FORBIDDEN' });
  });
  test('refuses what is wrong, all at once', async () => {
    const { id } = await desk.enrol();
    expect(await desk.refusal('enrolInCourse', { courseId: 'NONE' })).toMatchObject({
      fields: [{ path: 'input.courseId', code: 'UNKNOWN_CODE' }],
    });
    expect(await desk.refusal('saveLessonProgress', { id, lessonId: 'NONE', position: 2 })).toMatchObject({
      fields: [
        { path: 'input.lessonId', code: 'UNKNOWN_CODE' },
        { path: 'input.position', code: 'OUT_OF_RANGE' },
      ],
    });
    expect(
      await desk.refusal('saveLessonProgress', { id, lessonId: 'TEST', position: 1, completed: true }),
    ).toMatchObject({
      fields: [{ path: 'input.lessonId', code: 'OTHER_MUTATION' }],
    });
    const keyed = { courseId: 'INTRO', idempotencyKey: 'x' };
    expect(await desk.refusal('enrolInCourse', keyed, partnerWith([]))).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('an attempt', () => {
  test('that is right completes a course whose lessons are read', async () => {
    const who = somebody();
    const enrolment = await desk.enrol(who);
    for (const lesson of ['WHY', 'WHO']) await desk.read(enrolment, lesson, who);
    const attempt = await desk.start(enrolment, who);
    expect(attempt).toMatchObject({ place: 1, state: 'IN_PROGRESS', score: null, passed: null });
    for (const [questionId, optionIds] of Object.entries(RIGHT))
      await desk.answer(attempt, { questionId, optionIds }, who);
    expect(await desk.submit(attempt, who)).toMatchObject({
      state: 'SUBMITTED',
      passed: true,
      score: { numerator: 10, denominator: 1, maximum: 10, percent: 100 },
    });
    expect(await desk.show(enrolment.id, who)).toMatchObject({ status: 'COMPLETED', progressPercent: 100 });
  });
  test('started in two tabs is one', async () => {
    const who = somebody();
    const enrolment = await desk.enrol(who);
    const [one, other] = await Promise.all([desk.start(enrolment, who), desk.start(enrolment, who)]);
    expect(one).toEqual(other);
    expect(await desk.start(enrolment, who)).toEqual(one);
  });
  test('keeps each answer, and shows it in another browser', async () => {
    const who = somebody();
    const attempt = await desk.start(await desk.enrol(who, 'BILLING'), who);
    await desk.answer(attempt, { questionId: 'Q1', number: '2,7' }, who);
    await desk.answer(attempt, { questionId: 'Q2', optionIds: ['A'] }, who);
    await desk.answer(attempt, { questionId: 'Q2', optionIds: ['C'] }, who);
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Attempt { ${ATTEMPT} } } }`;
    const r = [{ __typename: 'Attempt', id: attempt.id }];
    const [seen] = done<Attempted[]>(await desk.ask(who, query, { r }));
    const answers = Object.fromEntries(seen?.questions.map(({ id, answer }) => [id, answer]) ?? []);
    expect(answers).toMatchObject({ Q1: { number: '2,7' }, Q2: { optionIds: ['C'] }, Q3: null });
    const [hidden] = done<unknown[]>(await desk.ask(bert, query, { r }));
    expect(hidden).toBeNull();
  });
  test('refuses an answer that does not fit its question, and every answer once it is over', async () => {
    const who = somebody();
    const attempt = await desk.start(await desk.enrol(who, 'BILLING'), who);
    const refused = (input: Record<string, unknown>) => desk.refusal('saveAnswer', { id: attempt.id, ...input }, who);
    expect(await refused({ questionId: 'Q9' })).toMatchObject({ fields: [{ code: 'UNKNOWN_CODE' }] });
    expect(await refused({ questionId: 'Q1', number: 'some', optionIds: ['A'] })).toMatchObject({
      fields: [
        { path: 'input.number', code: 'WRONG_TYPE' },
        { path: 'input.optionIds', code: 'NOT_APPLICABLE' },
      ],
    });
    expect(await refused({ questionId: 'Q2', optionIds: ['A', 'Z'] })).toMatchObject({
      fields: [
        { path: 'input.optionIds.1', code: 'UNKNOWN_CODE' },
        { path: 'input.optionIds', code: 'TOO_MANY' },
      ],
    });
    await desk.submit(attempt, who);
    expect(await refused({ questionId: 'Q2', optionIds: ['A'] })).toMatchObject({ code: 'ATTEMPT_CLOSED' });
    expect(await desk.refusal('submitAttempt', { id: attempt.id }, who)).toMatchObject({ code: 'ATTEMPT_CLOSED' });
  });
  test('that was started counts: after three there is none left', async () => {
    const who = somebody();
    const enrolment = await desk.enrol(who);
    for (const place of [1, 2, 3]) {
      const attempt = await desk.start(enrolment, who);
      expect(attempt.place).toBe(place);
      expect(await desk.submit(attempt, who)).toMatchObject({ passed: false, score: { numerator: 0 } });
    }
    expect(await desk.refusal('startAttempt', { id: enrolment.id }, who)).toMatchObject({
      code: 'ATTEMPTS_EXHAUSTED',
      attemptsUsed: 3,
      maximumAttempts: 3,
    });
  });
  test('ends at its deadline, with what was answered, though nobody submits it', async () => {
    const other = await startDesk(NOW);
    const enrolment = await other.enrol();
    const attempt = await other.start(enrolment);
    await other.answer(attempt, { questionId: 'Q1', optionIds: ['B'] });
    other.ground.time.set('2026-06-29T14:30:00.000Z');
    const late = { id: attempt.id, questionId: 'Q3', optionIds: ['B'] };
    expect(await other.refusal('saveAnswer', late)).toMatchObject({ code: 'ATTEMPT_CLOSED' });
    const query = `query($id: ID!) { enrolment(id: $id) { attempts { state submittedAt score { numerator } } } }`;
    let attempts: { state: string }[] = [];
    while (attempts[0]?.state !== 'AUTO_SUBMITTED')
      attempts = done<{ attempts: { state: string }[] }>(await other.ask(lena, query, { id: enrolment.id })).attempts;
    expect(attempts).toEqual([
      { state: 'AUTO_SUBMITTED', submittedAt: '2026-06-29T14:30:00.000Z', score: { numerator: 2 } },
    ]);
    await other.service.stop();
  });
});
