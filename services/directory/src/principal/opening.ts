import { tooFew, tooMany } from '@desk/kit/api/input';
import type { ActContext } from '@desk/kit/write/describe-change';
import { isTimeZone } from '@desk/kit/time/local-time';
import type { Language } from '../generated/api.ts';
import { NAME_CHARACTERS_MAX } from '../name/name.ts';
import { membershipsOf, type MembershipInput } from './membership.ts';
import { isLogin, type PrincipalRecord } from './principal.ts';

/** What every principal starts with. */
export interface PrincipalInput {
  name: string;
  /** The record's id is derived from the first one. */
  logins: readonly string[];
  language: Language;
  timeZone: string;
  memberships: readonly MembershipInput[];
}

const LOGINS_MAX = 5;

/** The fields of a new principal's record. Notes in the act's `check` what is wrong with the input. */
export function newPrincipal<Kind extends PrincipalRecord['kind']>(
  { id, kind }: { id: string; kind: Kind },
  input: PrincipalInput,
  { at, check }: ActContext,
): PrincipalRecord & { kind: Kind } {
  const { logins, language, timeZone } = input;
  const name = check.line('input.name', input.name, NAME_CHARACTERS_MAX);
  check.require('input.logins', logins.length > 0, tooFew(1));
  check.require('input.logins', logins.length <= LOGINS_MAX, tooMany(LOGINS_MAX));
  check.require('input.logins', logins.every(isLogin), {
    code: 'MALFORMED',
    args: { type: 'Login' },
    message: 'must each be 1 to 200 visible ASCII characters.',
  });
  check.require('input.timeZone', isTimeZone(timeZone), {
    code: 'INVALID_TIME_ZONE',
    message: 'must be an IANA time zone such as America/Toronto.',
  });
  const memberships = membershipsOf(input.memberships, check);
  return {
    _id: id,
    organizationId: memberships[0]?.organizationId ?? '',
    version: 0,
    number: null,
    nextFireAt: null,
    kind,
    name,
    logins: [...new Set(logins)],
    active: true,
    suspendedAt: null,
    language,
    timeZone,
    memberships,
    createdAt: at,
    updatedAt: at,
  };
}
