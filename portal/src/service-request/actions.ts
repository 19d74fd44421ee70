import { line, lines } from '../forms/action-field.ts';
import {
  AcceptServiceRequestDocument,
  AnswerServiceRequestDocument,
  ApproveServiceRequestDocument,
  AskServiceRequesterDocument,
  CancelServiceRequestDocument,
  FailServiceRequestDocument,
  FulfilServiceRequestDocument,
  RejectServiceRequestDocument,
  ReopenServiceRequestDocument,
  StartServiceRequestDocument,
  type ServiceRequestAction,
} from '../generated/api.ts';
import { actionMaker, type RecordAction } from '../record/actions.tsx';
import { SERVICE_REQUEST, type Facts } from './record.ts';

/** An action that has a form. Comments and notes have boxes of their own, tasks stand in their list. */
type FormAction = Exclude<ServiceRequestAction, 'COMMENT' | 'NOTE' | 'COMPLETE_TASK'>;

const actionOf = actionMaker<Facts>(SERVICE_REQUEST, () => () => []);

const REASON = {
  fields: { reason: lines('request.field.reason') },
  standing: () => ({ reason: 'required' as const }),
};

/** Every action with a form, in the order of a request's life. Mirrors the inputs of the API's mutations. */
export const REQUEST_ACTIONS: Readonly<Record<FormAction, RecordAction<Facts>>> = {
  APPROVE: actionOf(ApproveServiceRequestDocument, {
    moves: true,
    nextIn: 'AWAITING_APPROVAL',
    fields: {},
    input: (_, { decided }) => decided,
  }),
  REJECT: actionOf(RejectServiceRequestDocument, {
    ...REASON,
    moves: true,
    withdraws: true,
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  START: actionOf(StartServiceRequestDocument, {
    moves: true,
    nextIn: 'APPROVED',
    fields: {},
    input: (_, { decided }) => decided,
  }),
  FULFIL: actionOf(FulfilServiceRequestDocument, {
    moves: true,
    nextIn: 'IN_FULFILMENT',
    fields: { result: lines('request.field.result') },
    standing: () => ({ result: 'required' }),
    input: ({ result }, { decided }) => ({ ...decided, result }),
  }),
  ASK: actionOf(AskServiceRequesterDocument, {
    moves: true,
    fields: { question: lines('request.field.question') },
    standing: () => ({ question: 'required' }),
    input: ({ question }, { decided }) => ({ ...decided, question }),
  }),
  ANSWER: actionOf(AnswerServiceRequestDocument, {
    moves: true,
    nextIn: 'PENDING_CUSTOMER',
    fields: { answer: lines('request.field.answer') },
    standing: () => ({ answer: 'required' }),
    input: ({ answer }, { decided }) => ({ ...decided, answer }),
  }),
  ACCEPT: actionOf(AcceptServiceRequestDocument, {
    moves: true,
    nextIn: 'FULFILLED',
    fields: {},
    input: (_, { decided }) => decided,
  }),
  REOPEN: actionOf(ReopenServiceRequestDocument, {
    ...REASON,
    moves: true,
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  FAIL: actionOf(FailServiceRequestDocument, {
    ...REASON,
    moves: true,
    withdraws: true,
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
  CANCEL: actionOf(CancelServiceRequestDocument, {
    moves: true,
    withdraws: true,
    fields: { reason: line('request.field.reason') },
    standing: () => ({ reason: 'required' }),
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
};
