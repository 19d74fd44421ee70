import { Refusal } from '@desk/kit/api/errors';
import { tooFew, tooMany, type InputCheck } from '@desk/kit/api/input';
import { formatDuration } from '@desk/kit/time/duration';
import type { ContinuityEnvironment, ContinuityEventKind, ContinuityStage } from '../generated/api.ts';
import { recomputed } from './classification.ts';
import { SERVICES_MAX, TITLE_CHARACTERS_MAX, type ContinuityEvent, type EventActContext } from './continuity-event.ts';
import { withAuthor } from './second-person.ts';
import { describeEventChange, withDeclarationNotice, type EventDecision } from './event.ts';

const DAY_MS = 86_400_000;
/** How long ago an outage may have begun, in days. */
const BACKDATED_DAYS_MAX = 31;
/** The longest outage that can be expected, in days. */
const EXPECTED_DAYS_MAX = 366;
const PERCENT_MAX = 100;

/** The services of an input: their codes, and how many of them are critical. */
export interface Services {
  serviceIds: readonly string[];
  criticalServices: number;
}

/** A declaration. Services and organizations were looked up, the time was read: undefined where it names no instant, which `check` has noted. */
export interface DeclarationInput extends Services {
  kind: ContinuityEventKind;
  environment: ContinuityEnvironment;
  stage: ContinuityStage;
  title: string;
  affectedOrganizationIds: readonly string[] | null;
  distributorsAffectedPercent: number;
  outageStartedAt: Date | null | undefined;
  expectedOutage?: number | null;
}

/** Declares a continuity event. Refuses OUT_OF_SCOPE, BAD_USER_INPUT. */
export function declare(
  made: { id: string; organizationId: string },
  input: DeclarationInput,
  { at, by, check }: EventActContext,
): EventDecision {
  const { kind, environment, stage, affectedOrganizationIds } = input;
  const title = check.line('input.title', input.title, TITLE_CHARACTERS_MAX);
  const services = checkedServices(input, check);
  const distributorsAffectedPercent = checkedPercent(input.distributorsAffectedPercent, check);
  const expectedOutageMs = checkedExpectation(input.expectedOutage, check);
  const outageStartedAt = checkedBeginning(input, at, check);
  check.done();
  const record: ContinuityEvent = {
    _id: made.id,
    organizationId: made.organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    kind,
    title,
    environment,
    state: stage,
    classification: 'POTENTIAL_BUSINESS_INTERRUPTION_EVENT',
    peakClassification: 'POTENTIAL_BUSINESS_INTERRUPTION_EVENT',
    computedImpactLevel: 1,
    assessment: null,
    ...services,
    affectedOrganizationIds: affectedOrganizationIds ? [...affectedOrganizationIds] : null,
    distributorsAffectedPercent,
    outageStartedAt,
    expectedOutageMs,
    restoredAt: null,
    activation: null,
    interruption: null,
    operatingSite: 'PRIMARY',
    commander: by,
    publishedAt: at,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
  };
  const act = { at, by };
  const after = withAuthor(record, recomputed(record, at), act);
  const declared = describeEventChange(null, after, { kind: 'DECLARED', act, personal: { title } });
  return withDeclarationNotice(declared, act);
}

/**
 * Refuses what the Business Continuity Manual does not cover: OUT_OF_SCOPE, with who acts instead. `owner` is the code of the organization
 * whose system it is, where the declaration names one.
 */
export function requireScope(environment: ContinuityEnvironment, owner: string | null): void {
  if (environment === 'PRODUCTION' || environment === 'DISASTER_RECOVERY') return;
  if (environment === 'RECIPIENT_SYSTEM')
    throw outOfScope({
      party: owner,
      text: 'The plan of the organization whose system it is applies. The MDM/R is not affected.',
      suggestedTicketType: null,
    });
  throw outOfScope({
    party: 'SME',
    text: `${environment} is not a production system. Report an incident.`,
    suggestedTicketType: 'INCIDENT',
  });
}

function outOfScope(redirect: { party: string | null; text: string; suggestedTicketType: string | null }): Refusal {
  const message = `Business continuity covers production and disaster recovery only. ${redirect.text}`;
  return new Refusal('OUT_OF_SCOPE', message, { redirect });
}

/** Codes of services, 1 to SERVICES_MAX, each once. */
export function checkedServices({ serviceIds, criticalServices }: Services, check: InputCheck) {
  const path = 'input.serviceIds';
  check.require(path, serviceIds.length > 0, tooFew(1));
  check.require(path, serviceIds.length <= SERVICES_MAX, tooMany(SERVICES_MAX));
  check.eachOnce(path, serviceIds);
  return { serviceIds: [...serviceIds], criticalServices };
}

/** A share from 0 to 100. */
export function checkedPercent(percent: number, check: InputCheck): number {
  check.require('input.distributorsAffectedPercent', percent >= 0 && percent <= PERCENT_MAX, {
    code: 'OUT_OF_RANGE',
    args: { min: 0, max: PERCENT_MAX },
    message: `must be a share from 0 to ${PERCENT_MAX}.`,
  });
  return percent;
}

/** An expected length of the whole outage in milliseconds, or null where nobody knows. */
export function checkedExpectation(expected: number | null | undefined, check: InputCheck): number | null {
  if (expected == null) return null;
  const max = EXPECTED_DAYS_MAX * DAY_MS;
  check.require('input.expectedOutage', expected > 0 && expected <= max, {
    code: 'OUT_OF_RANGE',
    args: { min: formatDuration(0), max: formatDuration(max) },
    message: `must be longer than nothing, and at most ${EXPECTED_DAYS_MAX} days.`,
  });
  return expected;
}

/** Notes a beginning that lies in the future or too long ago. */
export function checkedStart(startedAt: Date | null | undefined, at: Date, check: InputCheck): void {
  const earliest = new Date(at.getTime() - BACKDATED_DAYS_MAX * DAY_MS);
  check.require('input.outageStartedAt', !startedAt || (startedAt <= at && startedAt >= earliest), {
    code: 'OUT_OF_RANGE',
    args: { min: earliest.toISOString(), max: at.toISOString() },
    message: `must lie in the past, at most ${BACKDATED_DAYS_MAX} days ago.`,
  });
}

/** The beginning of a declared outage: one that is foreseen has none, one that is there needs it. */
function checkedBeginning({ stage, outageStartedAt }: DeclarationInput, at: Date, check: InputCheck): Date | null {
  const path = 'input.outageStartedAt';
  check.require('input.stage', stage === 'PLANNING' || stage === 'INITIAL_RESPONSE', {
    code: 'NOT_ALLOWED',
    message: 'must be PLANNING or INITIAL_RESPONSE.',
  });
  if (stage === 'PLANNING')
    check.require(path, outageStartedAt == null, {
      code: 'NOT_APPLICABLE',
      args: { only: 'INITIAL_RESPONSE' },
      message: 'must be left out: the outage is only foreseen.',
    });
  else if (outageStartedAt === null) check.problem(path, { code: 'REQUIRED', message: 'must say when it began.' });
  checkedStart(outageStartedAt, at, check);
  return outageStartedAt ?? null;
}
