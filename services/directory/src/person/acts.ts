import type { Act } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import type { UpdateMyProfileInput } from '../generated/api.ts';
import { REASON_KIB_MAX, type ViewerActContext } from '../organization/acts.ts';
import { personEvent, type PrincipalEvent } from '../principal/event.ts';
import { requirePersonAction } from './actions.ts';
import type { Person } from './person.ts';

type PersonDecision = Decision<Person, PrincipalEvent>;

/** Changes the own profile. Null when nothing differs. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function updateProfile(
  person: Person,
  { language, timeZone, phone }: Pick<UpdateMyProfileInput, 'language' | 'timeZone' | 'phone'>,
  act: ViewerActContext,
): PersonDecision | null {
  requirePersonAction(person, 'UPDATE_PROFILE', act);
  // A language or zone of null says nothing; a number of null says that there is none.
  const of = ['language', 'timeZone', 'phone'];
  act.check.require('input', (language ?? timeZone ?? null) !== null || phone !== undefined, {
    code: 'NOTHING_CHANGES',
    args: { of },
    message: `must give at least one of ${of.join(', ')}.`,
  });
  act.check.done();
  const fields = {
    language: language ?? person.language,
    timeZone: timeZone ?? person.timeZone,
    phone: phone === undefined ? person.phone : phone,
  };
  const changedFields = (Object.keys(fields) as (keyof typeof fields)[]).filter(
    (field) => fields[field] !== person[field],
  );
  if (!changedFields.length) return null;
  const record = { ...person, ...fields, updatedAt: act.at };
  return { record, events: [personEvent('changed', { record, changedFields }, act)] };
}

/** Suspends a person. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. That an administrator is left, the guard sees to. */
export function suspendPerson(person: Person, { reason }: { reason: string }, act: ViewerActContext): PersonDecision {
  requirePersonAction(person, 'SUSPEND', act);
  const remark = act.check.body('input.reason', reason, REASON_KIB_MAX);
  act.check.done();
  const record = { ...person, active: false, suspendedAt: act.at, updatedAt: act.at };
  return { record, events: [personEvent('suspended', { record, ...MOVED, personal: { remark } }, act)] };
}

/** Ends a suspension: the person is ACTIVE, or INVITED where the invitation was not accepted. Refuses likewise. */
export function reinstatePerson(person: Person, { reason }: { reason: string }, act: ViewerActContext): PersonDecision {
  requirePersonAction(person, 'REINSTATE', act);
  const remark = act.check.body('input.reason', reason, REASON_KIB_MAX);
  act.check.done();
  const record = { ...person, active: person.invitation === null, suspendedAt: null, updatedAt: act.at };
  return { record, events: [personEvent('reinstated', { record, ...MOVED, personal: { remark } }, act)] };
}

/** Accepts an invitation: the person signs in by this login from now on. Null where it no longer waits for anybody. */
export function acceptInvitation(person: Person, login: string, act: Act): PersonDecision | null {
  const { invitation, suspendedAt } = person;
  if (!invitation || suspendedAt || act.at >= invitation.endsAt) return null;
  const record = { ...person, logins: [login], active: true, invitation: null, updatedAt: act.at };
  return { record, events: [personEvent('activated', { record, ...MOVED }, act)] };
}

/** Puts away an invitation that nobody accepted in time, so that the same address can be invited again. Null where there is none. */
export function lapseInvitation(person: Person, act: Act): PersonDecision | null {
  const { invitation } = person;
  if (!invitation || act.at < invitation.endsAt) return null;
  const record = { ...person, invitation: null, updatedAt: act.at };
  return { record, events: [personEvent('deactivated', { record, ...MOVED }, act)] };
}

const MOVED = { changedFields: ['status', 'active'] } as const;
