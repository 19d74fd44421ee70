import { choiceOf, line, lines, localTime, tick } from '../forms/action-field.ts';
import { chosen, given, picked } from '../forms/values.ts';
import {
  ActivateContinuityEventDocument,
  AddContinuityEntryDocument,
  ApproveContinuityImpactDocument,
  AssessContinuityImpactDocument,
  CONTINUITY_RESPONSES,
  MoveContinuityEventDocument,
  OPERATING_SITES,
  PublishSituationReportDocument,
  UpdateContinuityEstimateDocument,
  type ContinuityAction,
  type ContinuityStage,
} from '../generated/api.ts';
import { actionMaker, type RecordAction } from '../record/actions.tsx';
import { durationMs } from '../text/format.ts';
import { durationOfHours, numberOf } from './hours.ts';
import { CONTINUITY_EVENT, type Facts } from './record.ts';

/** Each move is offered as an action of its own: by the stage that it leads to. */
type FormAction = Exclude<ContinuityAction, 'MOVE'> | `TO_${Exclude<ContinuityStage, 'PLANNING'>}`;

const HOUR_MS = 3_600_000;

const actionOf = actionMaker<Facts>(CONTINUITY_EVENT, () => () => []);

const REASON = { reason: lines('continuity.field.reason') };

/** Every action with a form, in the order of a response. Mirrors the inputs of the API's mutations. */
export const CONTINUITY_ACTIONS: Readonly<Record<FormAction, RecordAction<Facts>>> = {
  REPORT: actionOf(PublishSituationReportDocument, {
    fields: {
      english: lines('continuity.field.english'),
      french: lines('continuity.field.french'),
      requiresAcknowledgement: tick('continuity.field.acknowledge', 'continuity.field.acknowledge.hint'),
      nextReportDueAt: localTime('continuity.field.next'),
    },
    initial: () => ({ requiresAcknowledgement: 'yes' }),
    standing: () => ({ english: 'required' }),
    input: ({ english, french, requiresAcknowledgement, nextReportDueAt }, { once, zone }) => ({
      ...once,
      english,
      french: given(french),
      requiresAcknowledgement: requiresAcknowledgement === 'yes',
      nextReportDueAt: nextReportDueAt ? { local: { time: nextReportDueAt, timeZone: zone } } : undefined,
    }),
  }),
  ESTIMATE: actionOf(UpdateContinuityEstimateDocument, {
    fields: { expectedOutage: line('continuity.field.expected', 'continuity.field.expected.hint'), ...REASON },
    initial: ({ expectedOutage }) => ({
      expectedOutage: expectedOutage ? String(durationMs(expectedOutage) / HOUR_MS) : '',
    }),
    input: ({ expectedOutage, reason }, { decided }) => ({
      ...decided,
      expectedOutage: given(expectedOutage) === undefined ? null : durationOfHours(expectedOutage),
      reason: given(reason),
    }),
  }),
  ASSESS: actionOf(AssessContinuityImpactDocument, {
    nextIn: 'INITIAL_RESPONSE',
    fields: {
      percent: line('continuity.field.percent'),
      response: choiceOf(CONTINUITY_RESPONSES, { words: 'continuity.response', label: 'continuity.field.response' }),
      dataAtRisk: tick('continuity.field.dataAtRisk', 'continuity.field.dataAtRisk.hint'),
      workaround: lines('continuity.field.workaround'),
    },
    initial: ({ assessment, distributorsAffectedPercent }) => ({
      percent: String(distributorsAffectedPercent),
      response: assessment?.response ?? '',
      dataAtRisk: assessment?.dataAtRisk ? 'yes' : '',
      workaround: assessment?.workaround ?? '',
    }),
    standing: () => ({ percent: 'required' }),
    input: ({ percent, response, dataAtRisk, workaround }, { decided }) => ({
      ...decided,
      distributorsAffectedPercent: numberOf(percent),
      response: picked(response),
      dataAtRisk: dataAtRisk === 'yes',
      workaround: given(workaround),
    }),
  }),
  APPROVE_IMPACT: actionOf(ApproveContinuityImpactDocument, { fields: {}, input: (_, { decided }) => decided }),
  ACTIVATE: actionOf(ActivateContinuityEventDocument, {
    fields: REASON,
    standing: () => ({ reason: 'required' }),
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  TO_INITIAL_RESPONSE: actionOf(MoveContinuityEventDocument, {
    moves: true,
    nextIn: 'PLANNING',
    fields: {
      outageStartedAt: localTime('continuity.field.began'),
      precautionsReviewed: tick('continuity.field.precautions', 'continuity.field.precautions.hint'),
      ...REASON,
    },
    // Back from recovery only the reason is asked for.
    standing: (_, { state }) =>
      state === 'PLANNING'
        ? { outageStartedAt: 'required', precautionsReviewed: 'required', reason: 'hidden' }
        : { outageStartedAt: 'hidden', precautionsReviewed: 'hidden', reason: 'required' },
    input: ({ outageStartedAt, precautionsReviewed, reason }, { decided, zone, record }) => ({
      ...decided,
      to: 'INITIAL_RESPONSE' as const,
      ...(record.state === 'PLANNING'
        ? {
            outageStartedAt: { local: { time: outageStartedAt, timeZone: zone } },
            precautionsReviewed: precautionsReviewed === 'yes',
          }
        : { reason }),
    }),
  }),
  TO_RECOVERY: actionOf(MoveContinuityEventDocument, {
    moves: true,
    fields: REASON,
    standing: (_, { state }) => ({ reason: state === 'RESTORATION' ? 'required' : 'hidden' }),
    input: ({ reason }, { decided }) => ({ ...decided, to: 'RECOVERY' as const, reason: given(reason) }),
  }),
  TO_RESTORATION: actionOf(MoveContinuityEventDocument, {
    moves: true,
    nextIn: 'RECOVERY',
    fields: {},
    input: (_, { decided }) => ({ ...decided, to: 'RESTORATION' as const }),
  }),
  TO_CLOSED: actionOf(MoveContinuityEventDocument, {
    moves: true,
    nextIn: 'RESTORATION',
    fields: {
      operatingSite: choiceOf(OPERATING_SITES, { words: 'continuity.site', label: 'continuity.field.site' }),
      drProtection: tick('continuity.field.drProtection', 'continuity.field.drProtection.hint'),
      highAvailability: tick('continuity.field.highAvailability', 'continuity.field.highAvailability.hint'),
      ...REASON,
    },
    standing: ({ operatingSite }, { state }) => {
      const other = state === 'RESTORATION' && operatingSite === 'ALTERNATE' ? 'optional' : 'hidden';
      return {
        operatingSite: state === 'RESTORATION' ? 'required' : 'hidden',
        drProtection: other,
        highAvailability: other,
        reason: 'required',
      };
    },
    input: ({ operatingSite, drProtection, highAvailability, reason }, { decided, record }) => ({
      ...decided,
      to: 'CLOSED' as const,
      reason,
      ...(record.state === 'RESTORATION' && {
        operatingSite: chosen(operatingSite),
        ...(operatingSite === 'ALTERNATE' && {
          drProtection: drProtection === 'yes',
          highAvailability: highAvailability === 'yes',
        }),
      }),
    }),
  }),
  ADD_ENTRY: actionOf(AddContinuityEntryDocument, {
    fields: { text: lines('continuity.field.entry'), occurredAt: localTime('continuity.field.occurred') },
    standing: () => ({ text: 'required' }),
    input: ({ text, occurredAt }, { once, zone }) => ({
      ...once,
      text,
      occurredAt: occurredAt ? { local: { time: occurredAt, timeZone: zone } } : undefined,
    }),
  }),
};

/** What the reader may do, with each move as an action of its own. */
export function offered(record: Facts): Facts & { allowedActions: string[] } {
  const moves = record.allowedStages.map((stage) => `TO_${stage}`);
  return { ...record, allowedActions: [...record.allowedActions, ...moves] as Facts['allowedActions'] };
}
