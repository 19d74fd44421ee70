import {
  CONTINUITY_EVENT_KINDS,
  CONTINUITY_STAGES,
  type ContinuityEventFilter,
  type ContinuityEventRowFragment,
  type ContinuityStage,
} from '../generated/api.ts';

/** What the address of a list holds: `?open=true&kind=ACTUAL`. */
export interface ListSearch {
  open?: boolean | undefined;
  stage?: string | undefined;
  kind?: string | undefined;
}

const OPEN_STAGES: readonly ContinuityStage[] = CONTINUITY_STAGES.filter((stage) => stage !== 'CLOSED');

/** The address's words, checked: what is unknown is left out, so that an old or mistyped address still opens. */
export function readSearch(raw: Record<string, unknown>): ListSearch {
  const code = (value: unknown, codes: readonly string[]) => codes.find((each) => each === value);
  const stage = code(raw.stage, CONTINUITY_STAGES);
  const kind = code(raw.kind, CONTINUITY_EVENT_KINDS);
  return {
    ...(typeof raw.open === 'boolean' && { open: raw.open }),
    ...(stage !== undefined && { stage }),
    ...(kind !== undefined && { kind }),
  };
}

/** The API's filter for an address. */
export function apiFilter({ open, stage, kind }: ListSearch): ContinuityEventFilter {
  const stages = CONTINUITY_STAGES.filter((each) => each === stage);
  const kinds = CONTINUITY_EVENT_KINDS.filter((each) => each === kind);
  return {
    ...(stages.length > 0 ? { stage: stages } : open ? { stage: [...OPEN_STAGES] } : {}),
    ...(kinds.length > 0 && { kind: kinds }),
  };
}

/** True when a row belongs to what the API's filter finds. */
export function matchesFilter({ stage, kind }: ContinuityEventFilter, row: ContinuityEventRowFragment): boolean {
  return (!stage || stage.includes(row.state)) && (!kind || kind.includes(row.kind));
}
