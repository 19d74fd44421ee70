import { tooFew, tooMany, type InputCheck } from '@desk/kit/api/input';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import { SERVICES_MAX, TEXT_KIB_MAX, TITLE_CHARACTERS_MAX, type Change, type ChangeActContext } from './change.ts';
import { describeChange, type ChangeDecision } from './event.ts';

/** A proposal. */
export interface ProposalInput {
  title: string;
  reason: string;
  benefit: string;
  serviceIds: readonly string[];
}

/** Proposes a change: state PROPOSED. Refuses BAD_USER_INPUT. */
export function openChange(
  made: { id: string; organizationId: string },
  input: ProposalInput,
  { at, by, check }: ChangeActContext,
): ChangeDecision {
  const title = check.line('input.title', input.title, TITLE_CHARACTERS_MAX);
  const reason = check.body('input.reason', input.reason, TEXT_KIB_MAX);
  const benefit = check.body('input.benefit', input.benefit, TEXT_KIB_MAX);
  const serviceIds = checkedServices(input.serviceIds, check);
  check.done();
  const record: Change = {
    _id: made.id,
    organizationId: made.organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    title,
    reason,
    benefit,
    requester: by,
    serviceIds,
    state: 'PROPOSED',
    ...UNPLANNED,
    publishedAt: null,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
  };
  return describeChange(null, record, { kind: 'PROPOSED', act: { at, by }, personal: { title, reason, benefit } });
}

/** Every field that a draft has not yet. */
const UNPLANNED = {
  type: null,
  templateId: null,
  environment: null,
  riskAnswer: null,
  risk: null,
  plan: null,
  plannedStart: null,
  plannedEnd: null,
  outage: null,
  ldcActionNeeded: null,
  notice: null,
  actualStart: null,
  actualEnd: null,
  result: null,
  review: null,
} as const satisfies Partial<Change>;

/** Codes of services, 1 to SERVICES_MAX, each once. */
export function checkedServices(codes: readonly string[], check: InputCheck): string[] {
  const path = 'input.serviceIds';
  check.require(path, codes.length > 0, tooFew(1));
  check.require(path, codes.length <= SERVICES_MAX, tooMany(SERVICES_MAX));
  check.eachOnce(path, codes);
  return [...codes];
}

/** Notes why nothing can be proposed for an organization: changes are proposed by distributors and the SME, while they are active. */
export function checkProposer({ code, type, active }: DirectoryRecords['organization'], check: InputCheck): void {
  check.require('input.actingFor', type === 'LDC' || type === 'SME', {
    code: 'WRONG_KIND',
    args: { expected: 'LDC' },
    message: `must be a distributor or the SME: ${code} is neither.`,
  });
  check.require('input.actingFor', active, {
    code: 'INACTIVE',
    message: `must be active: ${code} is suspended, and nothing is proposed for it until it is active again.`,
  });
}
