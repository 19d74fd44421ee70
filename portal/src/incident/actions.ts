import { choiceFrom, choiceOf, line, lines, localTime, tick } from '../forms/action-field.ts';
import type { Standing } from '../forms/action-form.tsx';
import { chosen, given, picked } from '../forms/values.ts';
import {
  AssignIncidentDocument,
  CancelIncidentDocument,
  CAUSE_CATEGORIES,
  CloseIncidentDocument,
  CreateIncidentFollowUpDocument,
  INCIDENT_HOLD_REASONS,
  HoldIncidentDocument,
  IMPACTS,
  INCIDENT_LINK_KINDS,
  LinkIncidentDocument,
  PRIORITIES,
  ReclassifyIncidentDocument,
  ReopenIncidentDocument,
  INCIDENT_RESOLUTION_CODES,
  ResolveIncidentDocument,
  ResumeIncidentDocument,
  StartIncidentDocument,
  URGENCIES,
  type IncidentAction,
  type Priority,
} from '../generated/api.ts';
import { actionMaker, type RecordAction } from '../record/actions.tsx';
import { useChoices, type ChoiceSource } from './choices.ts';
import { INCIDENT_KEYS } from './keys.ts';
import { INCIDENT, type Facts } from './record.ts';

/** An action that has a form. Comments and notes have boxes of their own. */
type FormAction = Exclude<IncidentAction, 'COMMENT' | 'NOTE'>;

const actionOf = actionMaker<Facts, ChoiceSource>(INCIDENT, useChoices);

const CLASSIFICATION = {
  impact: choiceOf(IMPACTS, { words: 'impact', label: 'field.impact' }),
  urgency: choiceOf(URGENCIES, { words: 'urgency', label: 'field.urgency' }),
};

/** Every action with a form, in the order of an incident's life. Mirrors the inputs of the API's mutations. */
export const INCIDENT_ACTIONS: Readonly<Record<FormAction, RecordAction<Facts>>> = {
  ASSIGN: actionOf(AssignIncidentDocument, {
    command: INCIDENT_KEYS.assign,
    nextIn: 'NEW',
    fields: {
      assignmentGroupId: choiceFrom('groups', { label: 'field.group' }),
      assigneeId: choiceFrom('analysts', { label: 'field.assignee', empty: 'field.nobody' }),
      categoryId: choiceFrom('categories', { label: 'field.category' }),
      ...CLASSIFICATION,
    },
    initial: ({ assignmentGroup, assignee, category, impact, urgency }) => ({
      assignmentGroupId: assignmentGroup?.id ?? '',
      assigneeId: assignee?.id ?? '',
      categoryId: category?.id ?? '',
      impact,
      urgency,
    }),
    standing: (_, { category }) => ({
      assignmentGroupId: 'required',
      categoryId: category === null ? 'required' : 'optional',
      impact: 'required',
      urgency: 'required',
    }),
    input: (values, { decided }) => ({
      ...decided,
      assignmentGroupId: values.assignmentGroupId,
      assigneeId: given(values.assigneeId),
      categoryId: given(values.categoryId),
      impact: picked(values.impact),
      urgency: picked(values.urgency),
    }),
  }),
  START: actionOf(StartIncidentDocument, {
    moves: true,
    nextIn: 'ASSIGNED',
    fields: { acknowledgement: lines('field.acknowledgement', 'field.acknowledgement.hint') },
    input: ({ acknowledgement }, { decided }) => ({ ...decided, acknowledgement: given(acknowledgement) }),
  }),
  HOLD: actionOf(HoldIncidentDocument, {
    moves: true,
    fields: {
      reason: choiceOf(INCIDENT_HOLD_REASONS, { words: 'holdReason', label: 'field.holdReason' }),
      question: lines('field.question', 'field.question.hint'),
      vendorReference: line('field.vendorReference'),
      waitsFor: line('field.waitsFor', 'field.waitsFor.hint'),
      until: localTime('field.until'),
      customerWish: tick('field.customerWish', 'field.customerWish.hint'),
    },
    standing: ({ reason }) => ({
      reason: 'required',
      question: onlyWhen(reason === 'CUSTOMER'),
      vendorReference: onlyWhen(reason === 'VENDOR'),
      waitsFor: onlyWhen(reason === 'CHANGE' || reason === 'PROBLEM'),
      until: onlyWhen(reason === 'SCHEDULED'),
      customerWish: reason === 'SCHEDULED' ? 'optional' : 'hidden',
    }),
    input: ({ reason, ...values }, { decided, zone }) => ({
      ...decided,
      reason: chosen(reason),
      question: reason === 'CUSTOMER' ? given(values.question) : undefined,
      vendorReference: reason === 'VENDOR' ? given(values.vendorReference) : undefined,
      waitsFor: reason === 'CHANGE' || reason === 'PROBLEM' ? given(values.waitsFor) : undefined,
      until: reason === 'SCHEDULED' ? { local: { time: values.until, timeZone: zone } } : undefined,
      customerWish: reason === 'SCHEDULED' ? values.customerWish === 'yes' : undefined,
    }),
  }),
  RESUME: actionOf(ResumeIncidentDocument, {
    moves: true,
    nextIn: 'ON_HOLD',
    fields: {},
    input: (_, { decided }) => decided,
  }),
  RESOLVE: actionOf(ResolveIncidentDocument, {
    moves: true,
    nextIn: 'IN_PROGRESS',
    fields: {
      code: choiceOf(INCIDENT_RESOLUTION_CODES, { words: 'resolutionCode', label: 'field.resolutionCode' }),
      duplicateOf: line('field.duplicateOf'),
      cause: choiceOf(CAUSE_CATEGORIES, { words: 'cause', label: 'field.cause' }),
      text: lines('field.solution', 'field.solution.hint'),
      serviceId: choiceFrom('services', { label: 'field.service' }),
    },
    initial: ({ service }) => ({ serviceId: service?.id ?? '' }),
    standing: ({ code }) => ({
      code: 'required',
      duplicateOf: onlyWhen(code === 'DUPLICATE'),
      cause: 'required',
      text: 'required',
    }),
    input: ({ code, cause, text, ...values }, { decided }) => ({
      ...decided,
      code: chosen(code),
      cause: chosen(cause),
      text,
      serviceId: given(values.serviceId),
      duplicateOf: code === 'DUPLICATE' ? given(values.duplicateOf) : undefined,
    }),
  }),
  REOPEN: actionOf(ReopenIncidentDocument, {
    moves: true,
    fields: { reason: lines('field.reopenReason') },
    standing: () => ({ reason: 'required' }),
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  CLOSE: actionOf(CloseIncidentDocument, {
    moves: true,
    nextIn: 'RESOLVED',
    fields: {},
    input: (_, { decided }) => decided,
  }),
  CANCEL: actionOf(CancelIncidentDocument, {
    moves: true,
    fields: { reason: lines('field.reason') },
    standing: () => ({ reason: 'required' }),
    withdraws: true,
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  RECLASSIFY: actionOf(ReclassifyIncidentDocument, {
    command: INCIDENT_KEYS.reclassify,
    fields: {
      ...CLASSIFICATION,
      serviceId: choiceFrom('services', { label: 'field.service' }),
      priority: choiceOf(PRIORITIES, {
        words: 'priority',
        label: 'field.priorityByHand',
        hint: 'field.priorityByHand.hint',
        empty: 'field.priorityComputed',
      }),
      reason: lines('field.reason'),
    },
    initial: (incident) => ({
      impact: incident.impact,
      urgency: incident.urgency,
      serviceId: incident.service?.id ?? '',
      priority: heldPriority(incident),
      reason: incident.priorityOverride?.reason ?? '',
    }),
    standing: ({ priority }, incident) => ({
      impact: 'required',
      urgency: 'required',
      serviceId: 'required',
      reason: priority && priority !== heldPriority(incident) ? 'required' : 'optional',
    }),
    input: (values, { record: incident, decided }) => ({
      ...decided,
      impact: values.impact === incident.impact ? undefined : picked(values.impact),
      urgency: values.urgency === incident.urgency ? undefined : picked(values.urgency),
      serviceId: values.serviceId === incident.service?.id ? undefined : given(values.serviceId),
      // Null clears a priority that was set by hand; left out, it stays.
      priority: values.priority === heldPriority(incident) ? undefined : (picked(values.priority) ?? null),
      reason: given(values.reason),
    }),
  }),
  LINK: actionOf(LinkIncidentDocument, {
    command: INCIDENT_KEYS.link,
    fields: {
      // That of a duplicate comes with resolving it, and that of a follow-up with reporting it.
      kind: choiceOf(
        INCIDENT_LINK_KINDS.filter((kind) => kind !== 'DUPLICATE_OF' && kind !== 'FOLLOW_UP_OF'),
        { words: 'linkKind', label: 'field.linkKind' },
      ),
      target: line('field.linkTarget', 'field.linkTarget.hint'),
    },
    standing: () => ({ kind: 'required', target: 'required' }),
    input: ({ kind, target }, { decided }) => ({
      ...decided,
      kind: chosen(kind),
      target: target.trim().toUpperCase(),
    }),
  }),
  FOLLOW_UP: actionOf(CreateIncidentFollowUpDocument, {
    command: INCIDENT_KEYS.followUp,
    fields: { description: lines('field.followUp') },
    standing: () => ({ description: 'required' }),
    input: ({ description }, { once }) => ({ ...once, description }),
  }),
};

function onlyWhen(needed: boolean): Standing {
  return needed ? 'required' : 'hidden';
}

function heldPriority(incident: Facts): Priority | '' {
  return incident.priorityOverride ? incident.priority : '';
}
