import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { choiceFrom, choiceOf, lines, localTime, tick } from '../forms/action-field.ts';
import type { Choice } from '../forms/field.tsx';
import { chosen, given } from '../forms/values.ts';
import {
  AcceptChangeDocument,
  AssessChangeDocument,
  CancelChangeDocument,
  CHANGE_RESULTS,
  CHANGE_RISKS,
  CHANGE_TYPES,
  CloseChangeDocument,
  CompleteChangeDocument,
  DeclineChangeDocument,
  ENVIRONMENTS,
  PlanChangeDocument,
  PublishChangeDocument,
  ReplanChangeDocument,
  StartChangeDocument,
  SubmitChangeDocument,
  type ChangeAction,
} from '../generated/api.ts';
import { actionMaker, type RecordAction } from '../record/actions.tsx';
import { ownName } from '../text/named.ts';
import { templatesQuery } from './queries.ts';
import { CHANGE, type Facts } from './record.ts';

/** An action that has a form. Comments and notes have boxes of their own. */
type FormAction = Exclude<ChangeAction, 'COMMENT' | 'NOTE'>;

const actionOf = actionMaker<Facts, 'templates'>(CHANGE, useChoices);

const REASON = {
  fields: { reason: lines('change.field.reason') },
  standing: () => ({ reason: 'required' as const }),
};

/** Every action with a form, in the order of a change's life. Mirrors the inputs of the API's mutations. */
export const CHANGE_ACTIONS: Readonly<Record<FormAction, RecordAction<Facts>>> = {
  ACCEPT: actionOf(AcceptChangeDocument, {
    moves: true,
    nextIn: 'PROPOSED',
    fields: {},
    input: (_, { decided }) => decided,
  }),
  DECLINE: actionOf(DeclineChangeDocument, {
    ...REASON,
    moves: true,
    withdraws: true,
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  ASSESS: actionOf(AssessChangeDocument, {
    moves: true,
    nextIn: 'DRAFT',
    fields: {
      type: choiceOf(CHANGE_TYPES, { words: 'change.type', label: 'change.field.type' }),
      templateId: choiceFrom('templates', { label: 'change.field.template' }),
      environment: choiceOf(ENVIRONMENTS, { words: 'environment', label: 'change.field.environment' }),
      riskAnswer: choiceOf(CHANGE_RISKS, {
        words: 'change.risk',
        label: 'change.field.risk',
        hint: 'change.field.risk.hint',
      }),
    },
    initial: ({ type, template, environment }) => ({
      type: type ?? '',
      templateId: template?.id ?? '',
      environment: environment ?? 'PRODUCTION',
    }),
    standing: ({ type }) => ({
      type: 'required',
      templateId: type === 'STANDARD' ? 'required' : 'hidden',
      environment: 'required',
      riskAnswer: 'required',
    }),
    input: ({ type, templateId, environment, riskAnswer }, { decided }) => ({
      ...decided,
      type: chosen(type),
      templateId: type === 'STANDARD' ? given(templateId) : undefined,
      environment: chosen(environment),
      riskAnswer: chosen(riskAnswer),
    }),
  }),
  PLAN: actionOf(PlanChangeDocument, {
    nextIn: 'ASSESS',
    fields: {
      implementation: lines('change.field.implementation'),
      test: lines('change.field.test'),
      backout: lines('change.field.backout'),
      plannedStart: localTime('change.field.plannedStart'),
      plannedEnd: localTime('change.field.plannedEnd'),
      outage: tick('change.field.outage', 'change.field.outage.hint'),
      ldcActionNeeded: tick('change.field.ldcAction', 'change.field.ldcAction.hint'),
      notice: lines('change.field.notice', 'change.field.notice.hint'),
    },
    initial: ({ plan, outage, ldcActionNeeded, notice }) => ({
      ...plan,
      outage: outage ? 'yes' : '',
      ldcActionNeeded: ldcActionNeeded ? 'yes' : '',
      notice: notice ?? '',
    }),
    standing: () => ({
      implementation: 'required',
      test: 'required',
      backout: 'required',
      plannedStart: 'required',
      plannedEnd: 'required',
      notice: 'required',
    }),
    input: ({ outage, ldcActionNeeded, plannedStart, plannedEnd, ...texts }, { decided, zone }) => ({
      ...decided,
      ...texts,
      plannedStart: { local: { time: plannedStart, timeZone: zone } },
      plannedEnd: { local: { time: plannedEnd, timeZone: zone } },
      outage: outage === 'yes',
      ldcActionNeeded: ldcActionNeeded === 'yes',
    }),
  }),
  SUBMIT: actionOf(SubmitChangeDocument, { moves: true, fields: {}, input: (_, { decided }) => decided }),
  START: actionOf(StartChangeDocument, {
    moves: true,
    nextIn: 'SCHEDULED',
    fields: { reason: lines('change.field.early', 'change.field.early.hint') },
    input: ({ reason }, { decided }) => ({ ...decided, reason: given(reason) }),
  }),
  COMPLETE: actionOf(CompleteChangeDocument, {
    moves: true,
    nextIn: 'IMPLEMENTING',
    fields: { result: choiceOf(CHANGE_RESULTS, { words: 'change.result', label: 'change.field.result' }) },
    standing: () => ({ result: 'required' }),
    input: ({ result }, { decided }) => ({ ...decided, result: chosen(result) }),
  }),
  CLOSE: actionOf(CloseChangeDocument, {
    moves: true,
    nextIn: 'REVIEW',
    fields: { review: lines('change.field.review', 'change.field.review.hint') },
    input: ({ review }, { decided }) => ({ ...decided, review: given(review) }),
  }),
  PUBLISH: actionOf(PublishChangeDocument, { fields: {}, input: (_, { decided }) => decided }),
  REPLAN: actionOf(ReplanChangeDocument, {
    ...REASON,
    moves: true,
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  CANCEL: actionOf(CancelChangeDocument, {
    ...REASON,
    moves: true,
    withdraws: true,
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
};

function useChoices(sources: readonly 'templates'[]): (source: 'templates') => readonly Choice[] {
  const { api, language } = useSession();
  const templates = useQuery({ ...templatesQuery(api), enabled: sources.includes('templates') }).data ?? [];
  return () => templates.map((template) => ({ value: template.id, label: ownName(template, language) }));
}
