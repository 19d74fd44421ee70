import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { choiceFrom, choiceOf, line, lines } from '../forms/action-field.ts';
import type { Choice } from '../forms/field.tsx';
import { chosen, given } from '../forms/values.ts';
import {
  AssessProblemDocument,
  AssignProblemDocument,
  CancelProblemDocument,
  CloseProblemDocument,
  DiagnoseProblemDocument,
  InvestigateProblemDocument,
  PROBLEM_RESOLUTION_CODES,
  PublishProblemDocument,
  ReopenProblemDocument,
  ResolveProblemDocument,
  StartProblemFixDocument,
  type ProblemAction,
} from '../generated/api.ts';
import { analystsQuery } from '../person/queries.ts';
import { actionMaker, type RecordAction } from '../record/actions.tsx';
import { PROBLEM, type Facts } from './record.ts';

/** An action that has a form. Notes have a box of their own. */
type FormAction = Exclude<ProblemAction, 'NOTE'>;

const actionOf = actionMaker<Facts, 'analysts'>(PROBLEM, useChoices);

/** Every action with a form, in the order of a problem's life. Mirrors the inputs of the API's mutations. */
export const PROBLEM_ACTIONS: Readonly<Record<FormAction, RecordAction<Facts>>> = {
  ASSIGN: actionOf(AssignProblemDocument, {
    fields: { ownerId: choiceFrom('analysts', { label: 'problem.field.owner' }) },
    initial: ({ owner }) => ({ ownerId: owner?.id ?? '' }),
    standing: () => ({ ownerId: 'required' }),
    input: ({ ownerId }, { decided }) => ({ ...decided, ownerId }),
  }),
  ASSESS: actionOf(AssessProblemDocument, {
    moves: true,
    nextIn: 'NEW',
    fields: {},
    input: (_, { decided }) => decided,
  }),
  INVESTIGATE: actionOf(InvestigateProblemDocument, {
    moves: true,
    nextIn: 'ASSESS',
    fields: { trendNote: lines('problem.field.trend', 'problem.field.trend.hint') },
    standing: (_, { incidents }) => ({ trendNote: incidents?.totalCount === 0 ? 'required' : 'optional' }),
    input: ({ trendNote }, { decided }) => ({ ...decided, trendNote: given(trendNote) }),
  }),
  DIAGNOSE: actionOf(DiagnoseProblemDocument, {
    moves: true,
    nextIn: 'INVESTIGATING',
    fields: {
      symptom: lines('problem.field.symptom'),
      rootCause: lines('problem.field.rootCause', 'problem.field.rootCause.hint'),
      workaround: lines('problem.field.workaround', 'problem.field.workaround.hint'),
      affectedVersions: line('problem.field.versions'),
    },
    initial: ({ diagnosis }) => ({
      symptom: diagnosis?.symptom ?? '',
      rootCause: diagnosis?.rootCause ?? '',
      workaround: diagnosis?.workaround ?? '',
      affectedVersions: diagnosis?.affectedVersions ?? '',
    }),
    standing: ({ workaround }) => ({
      symptom: 'required',
      rootCause: given(workaround) ? 'optional' : 'required',
      affectedVersions: 'required',
    }),
    input: ({ symptom, rootCause, workaround, affectedVersions }, { decided }) => ({
      ...decided,
      symptom,
      rootCause: given(rootCause),
      workaround: given(workaround),
      affectedVersions,
    }),
  }),
  START_FIX: actionOf(StartProblemFixDocument, {
    moves: true,
    nextIn: 'KNOWN_ERROR',
    fields: {
      change: line('problem.field.change', 'problem.field.change.hint'),
      waiver: lines('problem.field.waiver', 'problem.field.waiver.hint'),
    },
    input: ({ change, waiver }, { decided }) => ({ ...decided, change: given(change), waiver: given(waiver) }),
  }),
  RESOLVE: actionOf(ResolveProblemDocument, {
    moves: true,
    nextIn: 'FIX_IN_PROGRESS',
    fields: {
      code: choiceOf(PROBLEM_RESOLUTION_CODES, { words: 'problem.resolution', label: 'problem.field.code' }),
      text: lines('problem.field.result'),
      duplicateOf: line('problem.field.duplicateOf'),
    },
    standing: ({ code }) => ({
      code: 'required',
      text: 'required',
      duplicateOf: code === 'DUPLICATE' ? 'required' : 'hidden',
    }),
    input: ({ code, text, duplicateOf }, { decided }) => ({
      ...decided,
      code: chosen(code),
      text,
      duplicateOf: code === 'DUPLICATE' ? given(duplicateOf) : undefined,
    }),
  }),
  REOPEN: actionOf(ReopenProblemDocument, {
    moves: true,
    fields: { reason: lines('problem.field.reason') },
    standing: () => ({ reason: 'required' }),
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  CLOSE: actionOf(CloseProblemDocument, {
    moves: true,
    nextIn: 'RESOLVED',
    fields: { review: lines('problem.field.review', 'problem.field.review.hint') },
    input: ({ review }, { decided }) => ({ ...decided, review: given(review) }),
  }),
  PUBLISH: actionOf(PublishProblemDocument, {
    fields: {
      publicTitle: line('problem.field.publicTitle', 'problem.field.publicTitle.hint'),
      publicStatus: lines('problem.field.publicStatus'),
      targetRelease: line('problem.field.release'),
    },
    initial: ({ publicTitle, publicStatus, targetRelease }) => ({
      publicTitle: publicTitle ?? '',
      publicStatus: publicStatus ?? '',
      targetRelease: targetRelease ?? '',
    }),
    standing: () => ({ publicTitle: 'required', publicStatus: 'required' }),
    input: ({ publicTitle, publicStatus, targetRelease }, { decided }) => ({
      ...decided,
      publicTitle,
      publicStatus,
      targetRelease: given(targetRelease),
    }),
  }),
  CANCEL: actionOf(CancelProblemDocument, {
    moves: true,
    withdraws: true,
    fields: { reason: lines('problem.field.reason') },
    standing: () => ({ reason: 'required' }),
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
};

/** The analysts, the reader first. */
function useChoices(sources: readonly 'analysts'[]): (source: 'analysts') => readonly Choice[] {
  const { api, me } = useSession();
  const analysts = useQuery({ ...analystsQuery(api), enabled: sources.includes('analysts') }).data ?? [];
  const people = analysts.map(({ id, name }) => ({ value: id, label: name }));
  return () => people.toSorted((first, second) => Number(second.value === me.id) - Number(first.value === me.id));
}
