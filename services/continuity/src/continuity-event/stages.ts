import { Refusal } from '@desk/kit/api/errors';
import type { ContinuityCriterionCode, ContinuityStage } from '../generated/api.ts';
import type { ContinuityEvent } from './continuity-event.ts';

/** Every move between stages. A move that is not here does not exist. */
export const STAGE_MOVES: Readonly<Record<ContinuityStage, readonly ContinuityStage[]>> = {
  PLANNING: ['INITIAL_RESPONSE', 'CLOSED'],
  INITIAL_RESPONSE: ['RECOVERY', 'CLOSED'],
  RECOVERY: ['INITIAL_RESPONSE', 'RESTORATION'],
  RESTORATION: ['RECOVERY', 'CLOSED'],
  CLOSED: [],
};

/** One criterion, and whether it is met. */
export interface Criterion {
  code: ContinuityCriterionCode;
  met: boolean;
}

/** What must be so before the present stage is left for the next one. What a move itself brings along is not met before it. */
export function exitCriteria(event: ContinuityEvent): Criterion[] {
  const { state, assessment, activation, classification } = event;
  if (state === 'PLANNING')
    return [
      { code: 'PRECAUTIONS_REVIEWED', met: false },
      { code: 'OUTAGE_STARTED', met: false },
    ];
  if (state !== 'INITIAL_RESPONSE') return [];
  return [
    { code: 'IMPACT_APPROVED', met: (assessment?.approvedAt ?? null) !== null },
    { code: 'RESPONSE_CHOSEN', met: (assessment?.response ?? null) !== null },
    {
      code: 'INTERRUPTION_OR_ACTIVATION',
      met: classification === 'BUSINESS_INTERRUPTION_EVENT' || activation !== null,
    },
  ];
}

/** Refuses a move that the table does not have: ILLEGAL_TRANSITION, with the stages that are allowed. */
export function requireMove({ state }: ContinuityEvent, to: ContinuityStage): void {
  const allowedStages = STAGE_MOVES[state];
  if (allowedStages.includes(to)) return;
  const message = `A continuity event in the stage ${state} cannot be moved to ${to}.`;
  throw new Refusal('ILLEGAL_TRANSITION', message, { state, allowedStages });
}

/** Refuses with the criteria that are not met. */
export function requireCriteria(
  criteria: readonly Criterion[],
  code: 'EXIT_CRITERIA_NOT_MET' | 'RESTORATION_CRITERIA_NOT_MET' = 'EXIT_CRITERIA_NOT_MET',
): void {
  const missing = criteria.filter(({ met }) => !met).map((each) => each.code);
  if (missing.length)
    throw new Refusal(code, `The stage cannot be left yet. Missing: ${missing.join(', ')}.`, { missing });
}
