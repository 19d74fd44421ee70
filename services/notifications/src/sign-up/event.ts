import { changeDescriber, type EventWords, type NounDraft } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { NOTIFICATIONS_EVENT_VERSION, type SignUpEvents } from '@desk/schema/notifications/events';
import type { SignUp } from './sign-up.ts';

/** The noun as events and subjects name it. */
const SIGN_UP = 'SIGN_UP';

/** The decision of a rule. */
export type SignUpDecision = Decision<SignUp, NounDraft<SignUpEvents, typeof SIGN_UP>>;

const WORDS: EventWords<SignUp, SignUpEvents, typeof SIGN_UP> = {
  noun: SIGN_UP,
  eventVersion: NOTIFICATIONS_EVENT_VERSION,
  fields: { filter: 'filter', withdrawnAt: 'withdrawnAt' },
  coded: [],
  match: {},
};

/** The decision that an act comes to: the new sign-up, and its event. */
export const describeSignUp = changeDescriber(WORDS);
