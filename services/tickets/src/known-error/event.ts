import { changeDescriber, type EventWords, type NounDraft } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { KNOWN_ERROR_EVENT_VERSION, type KnownErrorEvents } from '@desk/schema/tickets/events';
import type { KnownError } from './known-error.ts';

/** The noun as events name it. */
const KNOWN_ERROR = 'KNOWN_ERROR';

/** The decision of a rule. */
export type KnownErrorDecision = Decision<KnownError, NounDraft<KnownErrorEvents, typeof KNOWN_ERROR>>;

const WORDS: EventWords<KnownError, KnownErrorEvents, typeof KNOWN_ERROR> = {
  noun: KNOWN_ERROR,
  eventVersion: KNOWN_ERROR_EVENT_VERSION,
  fields: {
    title: 'title',
    problemId: 'problem',
    serviceIds: 'services',
    state: 'state',
    audience: 'audience',
    symptom: 'symptom',
    cause: 'cause',
    workaround: 'workaround',
    errorCodes: 'errorCodes',
    fileTypes: 'fileTypes',
    publishedAt: 'publishedAt',
    closedAt: 'closedAt',
  },
  coded: ['state', 'audience'],
  match: { state: 'state', serviceId: 'serviceIds' },
  isPublished: ({ publishedAt }) => publishedAt !== null,
};

/** The decision that an act comes to: the new known error, and its event. */
export const describeChange = changeDescriber(WORDS);
