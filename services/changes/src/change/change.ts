import type { Actor } from '@desk/kit/api/actor';
import { formatNumber } from '@desk/kit/api/numbers';
import type { RecordNames } from '@desk/kit/api/reference';
import type { ActingViewer } from '@desk/kit/write/actions';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { Aggregate } from '@desk/kit/write/record';
import type { ChangeResult, ChangeRisk, ChangeState, ChangeType, Environment } from '../generated/api.ts';

/** A change as it is stored. Null means "not yet" or "none". Instants are UTC. */
export interface Change extends Aggregate {
  title: string;
  reason: string;
  benefit: string;
  requester: Actor;
  /** Codes of the directory's services, 1 to SERVICES_MAX, each once. */
  serviceIds: string[];
  state: ChangeState;
  type: ChangeType | null;
  templateId: string | null;
  environment: Environment | null;
  riskAnswer: ChangeRisk | null;
  /** Follows from the answer and the facts. */
  risk: ChangeRisk | null;
  plan: Plan | null;
  plannedStart: Date | null;
  plannedEnd: Date | null;
  outage: boolean | null;
  ldcActionNeeded: boolean | null;
  notice: string | null;
  actualStart: Date | null;
  actualEnd: Date | null;
  result: ChangeResult | null;
  review: string | null;
  /** Every organization sees the change from then on. */
  publishedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
}

/** How a change is done, tested and taken back. */
export interface Plan {
  implementation: string;
  test: string;
  backout: string;
}

/** The context of an act on a change: also the viewer. */
export interface ChangeActContext extends ActContext, ActingViewer {}

/** How requests name changes. */
export const CHANGE_NAMES = { noun: 'change', idPrefix: 'chg', numberPrefix: 'CHG' } as const satisfies RecordNames;

/** Longest title, in characters. */
export const TITLE_CHARACTERS_MAX = 200;
/** Longest text of people, in KiB. */
export const TEXT_KIB_MAX = 64;
/** Most services that a change touches. */
export const SERVICES_MAX = 10;

/** The number that people use. */
export function changeNumber({ number }: Pick<Change, 'number'>): string {
  return formatNumber(CHANGE_NAMES.numberPrefix, number ?? 0);
}
