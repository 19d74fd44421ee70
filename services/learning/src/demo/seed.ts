import { InputCheck } from '@desk/kit/api/input';
import { requestKey } from '@desk/kit/write/request';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { answer, start, submit, type AttemptDecision } from '../attempt/acts.ts';
import type { Course } from '../course/course.ts';
import { enrol, passAssessment, saveProgress } from '../enrolment/acts.ts';
import { enrolmentIdOf, type Enrolment, type LearnerActContext } from '../enrolment/enrolment.ts';
import type { LearningService } from '../service.ts';

/** Ids of the demo's organizations by code and people by login. */
export interface DemoIds {
  organizations: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
}

const HOUR_MS = 3_600_000;

const text = z.string().min(1);
const told = z.strictObject({
  by: text,
  organization: text,
  course: text,
  /** Hours before now. */
  ago: z.number().positive(),
  read: z.array(text).default([]),
  resume: z.strictObject({ lesson: text, position: z.number() }).optional(),
  answers: z.record(text, z.union([z.array(text), text])).optional(),
});
type Told = z.infer<typeof told>;

/** Tells what the demo's people have learned, as of `now`. Told again, it adds nothing. */
export async function seedEnrolments(service: LearningService, ids: DemoIds, now: Date): Promise<void> {
  for (const each of enrolments()) await tell(service, each, { ids, now });
}

/** True when the demo's enrolments may go into a database that may be somebody's: it holds none, or has one of them already. */
export async function areEnrolmentsSeedable(
  { store }: Pick<LearningService, 'store'>,
  { people }: Pick<DemoIds, 'people'>,
): Promise<boolean> {
  const { collection } = store.enrolments.records;
  const ids = enrolments().map(({ by, course }) => enrolmentIdOf(idOf(people, by), course));
  const empty = (await collection.countDocuments({}, { limit: 1 })) === 0;
  return empty || (await collection.countDocuments({ _id: { $in: ids } }, { limit: 1 })) === 1;
}

async function tell(
  { store, shelf }: LearningService,
  { by, organization, course: code, ago, read, resume, answers }: Told,
  { ids, now }: { ids: DemoIds; now: Date },
): Promise<void> {
  const personId = idOf(ids.people, by);
  const course = shelf.current.find(({ id }) => id === code);
  if (!course) throw new Error(`The demo's enrolments name the course ${code}, which is not there.`);
  const id = enrolmentIdOf(personId, code);
  const { records } = store.enrolments;
  if (await records.exists(id)) return;
  const at = new Date(now.getTime() - ago * HOUR_MS);
  const act: LearnerActContext = {
    at,
    by: { id: personId, kind: 'PERSON', actingFor: null },
    check: new InputCheck(),
    viewer: null,
  };
  const made = enrol({ id, personId, organizationId: idOf(ids.organizations, organization) }, course, act);
  const key = requestKey({ principal: personId, operation: 'enrolInCourse', key: code }, {});
  let { record: enrolment } = await records.create(made.record, made.events, { key });
  const places = [
    ...read.map((lessonId) => ({ lessonId, position: 1, completed: true })),
    ...(resume ? [{ lessonId: resume.lesson, position: resume.position, completed: false }] : []),
  ];
  for (const place of places) {
    const written = await records.change(id, { reach: 'ALL' }, (current) =>
      saveProgress(current, { course, ...place }, act),
    );
    enrolment = written.record;
  }
  if (answers)
    await attempt({ store, shelf }, { enrolment, course, answers }, { ...act, at: new Date(at.getTime() + HOUR_MS) });
}

async function attempt(
  { store, shelf }: Pick<LearningService, 'store' | 'shelf'>,
  { enrolment, course, answers }: { enrolment: Enrolment; course: Course; answers: NonNullable<Told['answers']> },
  act: LearnerActContext,
): Promise<void> {
  // In one write: the attempt lies in the past, and a timer would close it between its answers.
  const begun = start(enrolment, { course, place: 1, order: (items) => [...items] }, act);
  const steps: AttemptDecision[] = [begun];
  const now = () => (steps.at(-1) ?? begun).record;
  for (const [questionId, given] of Object.entries(answers)) {
    const input = typeof given === 'string' ? { questionId, number: given } : { questionId, optionIds: given };
    const answered = answer(now(), { enrolment, course, input }, act);
    if (answered) steps.push(answered);
  }
  const keys = await shelf.keys(course.id, course.version);
  const done = submit(now(), { enrolment, course, keys }, act);
  const [first, ...events] = [...steps, done].flatMap((step) => step.events);
  const key = requestKey({ principal: enrolment._id, operation: 'startAttempt', key: '1' }, {});
  if (first) await store.attempts.records.create(done.record, [first, ...events], { key });
  if (done.record.passed)
    await store.enrolments.records.change(enrolment._id, { reach: 'ALL' }, (current) =>
      passAssessment(current, course, act),
    );
}

function enrolments(): Told[] {
  const file = new URL('../../data/demo-enrolments.yaml', import.meta.url);
  return z.strictObject({ enrolments: z.array(told) }).parse(parse(readFileSync(file, 'utf8'))).enrolments;
}

function idOf(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  if (!id) throw new Error(`The demo's enrolments name ${name}, whom the directory's demo data do not have.`);
  return id;
}
