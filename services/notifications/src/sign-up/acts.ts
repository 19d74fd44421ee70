import { isDeepStrictEqual } from 'node:util';
import { tooFew, tooMany, type InputCheck } from '@desk/kit/api/input';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { RecordType, SignUpFilterInput } from '../generated/api.ts';
import { FOLLOWED_TYPES, RECORD_TYPES } from '../record/record-types.ts';
import { describeSignUp, type SignUpDecision } from './event.ts';
import { VALUES_MAX, type SignUp, type SignUpFilter } from './sign-up.ts';

/** Signs a person up. Refuses BAD_USER_INPUT, also for a condition that could never hold. */
export function signUp(
  made: { id: string; personId: string; organizationId: string },
  input: SignUpFilterInput,
  { at, by, check }: ActContext,
): SignUpDecision {
  const { id, personId, organizationId } = made;
  const filter = checkedFilter(input, check);
  check.done();
  const record: SignUp = {
    _id: id,
    organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    personId,
    filter,
    createdAt: at,
    updatedAt: at,
    withdrawnAt: null,
  };
  return describeSignUp(null, record, { kind: 'CREATED', act: { at, by }, data: { personId } });
}

/** True for filters that name the same records: the order of their values says nothing. */
export function namesSame(one: SignUpFilter, other: SignUpFilter): boolean {
  const sorted = (filter: SignUpFilter) =>
    Object.entries<string[]>({ ...filter }).map(([name, values]) => [name, [...values].sort()]);
  return isDeepStrictEqual(Object.fromEntries(sorted(one)), Object.fromEntries(sorted(other)));
}

/** Withdraws a sign-up. Null where it is withdrawn already. */
export function withdraw(before: SignUp, act: Pick<ActContext, 'at' | 'by'>): SignUpDecision | null {
  if (before.withdrawnAt) return null;
  const after = { ...before, withdrawnAt: act.at, updatedAt: act.at };
  return describeSignUp(before, after, { kind: 'WITHDRAWN', act, data: { personId: before.personId } });
}

function checkedFilter(input: SignUpFilterInput, check: InputCheck): SignUpFilter {
  const filter: SignUpFilter = {
    recordType: each(input.recordType),
    serviceId: each(input.serviceId),
    state: each(input.state),
    risk: each(input.risk),
    priority: each(input.priority),
  };
  for (const [name, values] of Object.entries<string[]>({ ...filter }))
    check.require(`input.filter.${name}`, values.length <= VALUES_MAX, tooMany(VALUES_MAX));
  check.require('input.filter.recordType', filter.recordType.length > 0, tooFew(1));
  filter.recordType.forEach((type, index) =>
    check.require(`input.filter.recordType.${index}`, FOLLOWED_TYPES.includes(type), notFor(FOLLOWED_TYPES)),
  );
  for (const name of ['serviceId', 'risk', 'priority'] as const)
    checkCondition({ name, filter, possible: (type) => RECORD_TYPES[type].conditions.includes(name) }, check);
  checkCondition({ name: 'state', filter, possible: (type) => RECORD_TYPES[type].states !== null }, check);
  checkStates(filter, check);
  return filter;
}

/** A condition must be one that every chosen kind of record can meet. */
function checkCondition(
  {
    name,
    filter,
    possible,
  }: { name: keyof SignUpFilter; filter: SignUpFilter; possible: (type: RecordType) => boolean },
  check: InputCheck,
): void {
  const holds = !filter[name].length || filter.recordType.every(possible);
  check.require(`input.filter.${name}`, holds, notFor(FOLLOWED_TYPES.filter(possible)));
}

/** Each state must be one of a chosen kind, and each kind must have one of the states. */
function checkStates({ recordType, state }: SignUpFilter, check: InputCheck): void {
  if (!state.length || recordType.some((type) => RECORD_TYPES[type].states === null)) return;
  const isStateOf = (value: string, type: RecordType) => Object.hasOwn(RECORD_TYPES[type].states?.values ?? {}, value);
  for (const [index, value] of state.entries())
    check.require(
      `input.filter.state.${index}`,
      recordType.some((type) => isStateOf(value, type)),
      {
        code: 'UNKNOWN_CODE',
        args: { value },
        message: 'must be a state of one of the kinds of record.',
      },
    );
  for (const type of recordType)
    check.require(
      'input.filter.state',
      state.some((value) => isStateOf(value, type)),
      {
        code: 'MISSING_ENTRY',
        args: { value: type },
        message: `must hold a state of ${type}.`,
      },
    );
}

function notFor(only: readonly string[]) {
  return {
    code: 'NOT_APPLICABLE',
    args: { only },
    message: `must be left out for every kind of record but: ${only.join(', ')}.`,
  } as const;
}

function each<Value>(values: readonly Value[] | null | undefined): Value[] {
  return [...new Set(values ?? [])];
}
