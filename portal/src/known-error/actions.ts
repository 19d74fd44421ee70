import { choiceFrom, choiceOf, line, lines, tick } from '../forms/action-field.ts';
import type { Choice } from '../forms/field.tsx';
import { chosen, given } from '../forms/values.ts';
import {
  EditKnownErrorDocument,
  KNOWN_ERROR_AUDIENCES,
  PublishKnownErrorDocument,
  RetireKnownErrorDocument,
  type KnownErrorAction,
} from '../generated/api.ts';
import { actionMaker, type RecordAction } from '../record/actions.tsx';
import { useServiceChoices } from '../service/queries.ts';
import { KNOWN_ERROR, type Facts } from './record.ts';
import { codesIn, workaroundIn } from './words.ts';

const actionOf = actionMaker<Facts, 'services'>(KNOWN_ERROR, useChoices);

/** Every action, in the order of a known error's life. Mirrors the inputs of the API's mutations. */
export const KNOWN_ERROR_ACTIONS: Readonly<Record<KnownErrorAction, RecordAction<Facts>>> = {
  EDIT: actionOf(EditKnownErrorDocument, {
    fields: {
      title: line('knownError.field.title', 'knownError.field.title.hint'),
      serviceIds: choiceFrom('services', { label: 'knownError.field.service' }),
      symptom: lines('knownError.field.symptom'),
      cause: lines('knownError.field.cause'),
      steps: lines('knownError.field.workaround', 'knownError.field.workaround.hint'),
      tested: tick('knownError.field.tested', 'knownError.field.tested.hint'),
      errorCodes: line('knownError.field.codes', 'knownError.field.codes.hint'),
      fileTypes: line('knownError.field.files', 'knownError.field.codes.hint'),
    },
    initial: ({ title, services, symptom, cause, workaround, errorCodes, fileTypes }) => ({
      title,
      serviceIds: services?.[0]?.id ?? '',
      symptom,
      cause: cause ?? '',
      steps: workaround?.steps ?? '',
      tested: workaround?.tested ? 'yes' : '',
      errorCodes: errorCodes.join(', '),
      fileTypes: fileTypes.join(', '),
    }),
    standing: () => ({ title: 'required', serviceIds: 'required', symptom: 'required' }),
    input: ({ title, serviceIds, symptom, cause, steps, tested, errorCodes, fileTypes }, { decided, record }) => ({
      ...decided,
      title,
      // The form names the first service; the others stay.
      serviceIds: [...new Set([serviceIds, ...(record.services ?? []).slice(1).map(({ id }) => id)])],
      symptom,
      cause: given(cause),
      workaround: workaroundIn(steps, tested),
      errorCodes: codesIn(errorCodes),
      fileTypes: codesIn(fileTypes),
    }),
  }),
  PUBLISH: actionOf(PublishKnownErrorDocument, {
    moves: true,
    nextIn: 'DRAFT',
    fields: {
      audience: choiceOf(KNOWN_ERROR_AUDIENCES, {
        words: 'knownError.audience',
        label: 'knownError.field.audience',
      }),
      quietly: tick('knownError.field.quietly', 'knownError.field.quietly.hint'),
    },
    standing: ({ audience }) => ({ audience: 'required', quietly: audience === 'ALL_LDCS' ? 'optional' : 'hidden' }),
    input: ({ audience, quietly }, { decided }) => ({
      ...decided,
      audience: chosen(audience),
      tellIncidents: quietly !== 'yes',
    }),
  }),
  RETIRE: actionOf(RetireKnownErrorDocument, {
    moves: true,
    withdraws: true,
    fields: { reason: lines('knownError.field.reason') },
    standing: () => ({ reason: 'required' }),
    input: ({ reason }, { decided }) => ({ ...decided, reason }),
  }),
};

function useChoices(): () => readonly Choice[] {
  const services = useServiceChoices();
  return () => services;
}
