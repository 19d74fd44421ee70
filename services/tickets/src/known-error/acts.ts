import { tooFew, tooMany, type InputCheck } from '@desk/kit/api/input';
import type { KnownErrorAudience } from '../generated/api.ts';
import { requireAction } from './actions.ts';
import { describeChange, type KnownErrorDecision } from './event.ts';
import {
  MARKS_MAX,
  MARK_CHARACTERS_MAX,
  SERVICES_MAX,
  TEXT_KIB_MAX,
  TITLE_CHARACTERS_MAX,
  type KnownError,
  type KnownErrorActContext,
  type KnownErrorWords,
  type Workaround,
} from './known-error.ts';

/** What a known error is to say. */
export interface WordsInput {
  title: string;
  serviceIds: readonly string[];
  symptom: string;
  cause?: string | null;
  workaround?: Workaround | null;
  errorCodes?: readonly string[] | null;
  fileTypes?: readonly string[] | null;
}

/** Drafts a known error of a problem that was looked up, or of none. Refuses BAD_USER_INPUT. */
export function draftKnownError(
  made: { id: string; organizationId: string; problemId: string | null },
  input: WordsInput,
  { at, by, check }: KnownErrorActContext,
): KnownErrorDecision {
  const words = checkedWords(input, check);
  const record: KnownError = {
    _id: made.id,
    organizationId: made.organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    ...words,
    problemId: made.problemId,
    state: 'DRAFT',
    audience: null,
    publishedAt: null,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
  };
  return describeChange(null, record, { kind: 'DRAFTED', act: { at, by }, personal: { words } });
}

/** Changes the words. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function editKnownError(known: KnownError, input: WordsInput, act: KnownErrorActContext): KnownErrorDecision {
  requireAction(known, 'EDIT', act);
  const words = checkedWords(input, act.check);
  return describeChange(known, { ...known, ...words, updatedAt: act.at }, { kind: 'EDITED', act, personal: { words } });
}

/** Publishes a known error. One for the SME alone can be published for all later. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function publishKnownError(
  known: KnownError,
  { audience, tellIncidents }: { audience: KnownErrorAudience; tellIncidents?: boolean | null },
  act: KnownErrorActContext,
): KnownErrorDecision {
  requireAction(known, 'PUBLISH', act);
  const isForAll = audience === 'ALL_LDCS';
  act.check.require('input.audience', isForAll || known.state === 'DRAFT', {
    code: 'ALREADY_THERE',
    message: 'must be ALL_LDCS: the known error is published for the SME already.',
  });
  act.check.done();
  const published = { state: 'PUBLISHED', audience, publishedAt: isForAll ? act.at : null } as const;
  const data = isForAll && tellIncidents !== false ? ({ tellIncidents: true } as const) : {};
  return describeChange(known, { ...known, ...published, updatedAt: act.at }, { kind: 'PUBLISHED', act, data });
}

/** Retires a known error. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function retireKnownError(
  known: KnownError,
  { reason }: { reason: string },
  act: KnownErrorActContext,
): KnownErrorDecision {
  requireAction(known, 'RETIRE', act);
  const remark = act.check.body('input.reason', reason, TEXT_KIB_MAX);
  act.check.done();
  const retired: KnownError = { ...known, state: 'RETIRED', closedAt: act.at, updatedAt: act.at };
  return describeChange(known, retired, { kind: 'RETIRED', act, personal: { remark } });
}

/** The words, checked; refuses all of their problems at once. */
function checkedWords(input: WordsInput, check: InputCheck): KnownErrorWords {
  const maybe = (path: string, value: string | null | undefined) =>
    value == null ? null : check.body(path, value, TEXT_KIB_MAX);
  const { workaround } = input;
  const words = {
    title: check.line('input.title', input.title, TITLE_CHARACTERS_MAX),
    serviceIds: checkedServices(input.serviceIds, check),
    symptom: check.body('input.symptom', input.symptom, TEXT_KIB_MAX),
    cause: maybe('input.cause', input.cause),
    workaround: workaround && {
      steps: check.body('input.workaround.steps', workaround.steps, TEXT_KIB_MAX),
      tested: workaround.tested,
    },
    errorCodes: checkedMarks('input.errorCodes', input.errorCodes ?? [], check),
    fileTypes: checkedMarks('input.fileTypes', input.fileTypes ?? [], check),
  };
  check.done();
  return { ...words, workaround: words.workaround ?? null };
}

function checkedServices(codes: readonly string[], check: InputCheck): string[] {
  const path = 'input.serviceIds';
  check.require(path, codes.length > 0, tooFew(1));
  check.require(path, codes.length <= SERVICES_MAX, tooMany(SERVICES_MAX));
  check.eachOnce(path, codes);
  return [...codes];
}

function checkedMarks(path: string, marks: readonly string[], check: InputCheck): string[] {
  check.require(path, marks.length <= MARKS_MAX, tooMany(MARKS_MAX));
  const checked = marks.map((mark, index) => check.line(`${path}.${index}`, mark, MARK_CHARACTERS_MAX));
  check.eachOnce(path, checked);
  return checked;
}
