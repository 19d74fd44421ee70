import { DataFiles } from '@desk/kit/time/data-file';
import { z } from 'zod';
import { QuestionKind } from '../generated/api.ts';

/** A text in both languages. */
export interface Bilingual {
  en: string;
  fr: string;
}

/** One edition of a course. It never changes once somebody has learned by it. */
export interface Course extends Bilingual {
  /** Stable code; never reused. */
  id: string;
  version: number;
  summary: Bilingual;
  passPercent: number;
  /** Null for no limit. */
  maximumAttempts: number | null;
  /** How long an attempt lasts, in milliseconds. Null for no limit. */
  timeLimitMs: number | null;
  sources: readonly Bilingual[];
  modules: readonly CourseModule[];
  /** The assessment is the last lesson of the last module. */
  assessment: Lesson;
  questions: readonly Question[];
}

export interface CourseModule extends Bilingual {
  id: string;
  lessons: readonly Lesson[];
}

/** A lesson. `text` is Markdown; null for an assessment. */
export interface Lesson extends Bilingual {
  id: string;
  minutes: number;
  text: Bilingual | null;
}

/** A module, with the course that it is of. */
export interface PlacedModule extends CourseModule {
  course: Course;
}

/** A lesson, with the course that it is of. */
export interface PlacedLesson extends Lesson {
  course: Course;
}

/** A question as learners see it. The key is kept apart. */
export interface Question extends Bilingual {
  id: string;
  kind: QuestionKind;
  points: number;
  options: readonly Option[];
}

export interface Option extends Bilingual {
  id: string;
}

/** The right answer to a question: options, in their order where the question asks for one; or a number and how far it may be missed. */
export type Key = { options: readonly string[] } | { number: string; tolerance: string };

/** The keys of one edition of a course, by question. */
export type Keys = Readonly<Record<string, Key>>;

/** The files of a course, by name. */
export type CourseFiles = Readonly<Record<string, string>>;

const MINUTE_MS = 60_000;

const code = z.string().regex(/^[A-Z][A-Z0-9_]*$/);
const name = { en: z.string().min(1), fr: z.string().min(1) };
const lesson = z.strictObject({ id: code, minutes: z.int().positive(), ...name });
const course = z.strictObject({
  version: z.int().positive(),
  ...name,
  summary: z.strictObject(name),
  passPercent: z.int().min(1).max(100),
  maximumAttempts: z.int().positive().optional(),
  timeLimitMinutes: z.int().positive().optional(),
  sources: z.array(z.strictObject(name)).min(1),
  modules: z.array(z.strictObject({ id: code, ...name, lessons: z.array(lesson).min(1) })).min(1),
  assessment: lesson,
  questions: z
    .array(
      z.strictObject({
        id: code,
        kind: z.enum(QuestionKind),
        points: z.int().positive(),
        ...name,
        options: z.array(z.strictObject({ id: code, ...name })).default([]),
      }),
    )
    .min(1)
    .max(50),
});
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const keys = z.record(
  code,
  z.union([z.strictObject({ options: z.array(code).min(1) }), z.strictObject({ number: decimal, tolerance: decimal })]),
);

/** Reads a course of its folder. Throws DataProblem with every wrong place. */
export function readCourse(id: string, texts: CourseFiles): { course: Course; keys: Keys } {
  const files = new DataFiles(texts);
  const told = files.read('course.yaml', course);
  const right = files.read('keys.yaml', keys);
  if (told && right) checkKeys(told.questions, right, files);
  const textOf = (lessonId: string) => {
    const text = { en: texts[`${lessonId}.en.md`], fr: texts[`${lessonId}.fr.md`] };
    for (const [language, written] of Object.entries(text))
      if (!written?.trim()) files.problem(`${lessonId}.${language}.md: is missing`);
    return { en: text.en ?? '', fr: text.fr ?? '' };
  };
  const modules = (told?.modules ?? []).map((module) => ({
    ...module,
    lessons: module.lessons.map((each) => ({ ...each, text: textOf(each.id) })),
  }));
  const ids = modules.flatMap(({ lessons }) => lessons.map((each) => each.id));
  for (const [place, each] of [...ids, told?.assessment.id ?? ''].entries())
    if (ids.indexOf(each) !== -1 && ids.indexOf(each) !== place) files.problem(`course.yaml ${each}: is there twice`);
  files.done();
  if (!told || !right) throw new Error(`The files of the course ${id} could not be read.`);
  const { maximumAttempts = null, timeLimitMinutes, assessment, ...rest } = told;
  const timeLimitMs = timeLimitMinutes === undefined ? null : timeLimitMinutes * MINUTE_MS;
  return {
    course: { id, ...rest, maximumAttempts, timeLimitMs, modules, assessment: { ...assessment, text: null } },
    keys: right,
  };
}

/** Every lesson of a course, the assessment last. */
export function lessonsOf({ modules, assessment }: Course): Lesson[] {
  return [...modules.flatMap(({ lessons }) => lessons), assessment];
}

function checkKeys(
  questions: readonly (Pick<Question, 'id' | 'kind'> & { options: Option[] })[],
  right: Keys,
  files: Pick<DataFiles<string>, 'problem'>,
): void {
  for (const { id, kind, options } of questions) {
    const key = right[id];
    const known = options.map((option) => option.id);
    if (!key) files.problem(`keys.yaml ${id}: is missing`);
    else if ('number' in key !== (kind === 'NUMERIC'))
      files.problem(`keys.yaml ${id}: does not fit a ${kind} question`);
    else if ('options' in key && !fits(kind, key.options, known))
      files.problem(`keys.yaml ${id}: must name its options`);
  }
  for (const id of Object.keys(right))
    if (!questions.some((question) => question.id === id)) files.problem(`keys.yaml ${id}: is no question`);
}

function fits(kind: QuestionKind, key: readonly string[], known: readonly string[]): boolean {
  const each = new Set(key);
  const isKnown = each.size === key.length && key.every((id) => known.includes(id));
  return isKnown && (kind === 'ORDER' ? key.length === known.length : kind === 'SINGLE' ? key.length === 1 : true);
}
