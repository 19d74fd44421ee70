import type { Actor } from '@desk/kit/api/actor';
import { numberOf } from '@desk/kit/api/numbers';
import type { RecordNames } from '@desk/kit/api/reference';
import type { ActingViewer } from '@desk/kit/write/actions';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { Aggregate } from '@desk/kit/write/record';
import type {
  ContinuityClassification,
  ContinuityEnvironment,
  ContinuityEventKind,
  ContinuityResponse,
  ContinuityStage,
  OperatingSite,
} from '../generated/api.ts';

/** A continuity event as it is stored. Null means "not yet" or "none". Instants are UTC. It is the SME's, and every organization sees it. */
export interface ContinuityEvent extends Aggregate {
  kind: ContinuityEventKind;
  title: string;
  environment: ContinuityEnvironment;
  /** The stage. */
  state: ContinuityStage;
  classification: ContinuityClassification;
  peakClassification: ContinuityClassification;
  computedImpactLevel: number;
  assessment: Assessment | null;
  /** Codes of the directory's services, 1 to SERVICES_MAX, each once. */
  serviceIds: string[];
  /** How many of them are critical, as of the last time they were set. */
  criticalServices: number;
  /** Null for all. */
  affectedOrganizationIds: string[] | null;
  distributorsAffectedPercent: number;
  outageStartedAt: Date | null;
  /** How long the whole outage is expected to last, in milliseconds. */
  expectedOutageMs: number | null;
  restoredAt: Date | null;
  activation: Activation | null;
  /** Null where no person's word makes it a business interruption event. */
  interruption: Interruption | null;
  operatingSite: OperatingSite;
  commander: Actor;
  /** Every organization sees it from then on: from its declaration. */
  publishedAt: Date;
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
}

/** What the outage means, and what is done about it. */
export interface Assessment {
  response: ContinuityResponse | null;
  dataAtRisk: boolean;
  workaround: string | null;
  /** 1 to 4. */
  overrideLevel: number | null;
  assessedBy: Actor;
  assessedAt: Date;
  approvedBy: Actor | null;
  approvedAt: Date | null;
}

/** The decision to begin recovery before 24 hours are expected. */
export interface Activation {
  reason: string;
  by: Actor;
  at: Date;
}

/** The word of a person, an estimate or a beginning, that makes an event a business interruption event. */
export interface Interruption {
  by: Actor;
  at: Date;
  /** Whether another person has approved the impact since, or has said the same. */
  confirmed: boolean;
}

/** The context of an act on a continuity event: also the viewer. */
export interface EventActContext extends ActContext, ActingViewer {}

/** How requests name continuity events. */
export const EVENT_NAMES = {
  noun: 'continuity event',
  idPrefix: 'cev',
  numberPrefix: 'CE',
  numberedByYear: true,
} as const satisfies RecordNames;

/** Longest title, in characters. */
export const TITLE_CHARACTERS_MAX = 200;
/** Longest text of people, in KiB. */
export const TEXT_KIB_MAX = 64;
/** Most services that are affected. */
export const SERVICES_MAX = 10;
/** Most organizations that are named as affected. */
export const ORGANIZATIONS_MAX = 100;

/** The zone by whose calendar events are numbered. */
const MARKET_ZONE = 'America/Toronto';
const inMarketZone = new Intl.DateTimeFormat('en-CA', { timeZone: MARKET_ZONE, year: 'numeric' });

/** The year of an instant, by which an event is numbered. */
export function yearOf(instant: Date): number {
  return Number(inMarketZone.format(instant));
}

/** The number that people use. */
export function eventNumber({ number }: Pick<ContinuityEvent, 'number'>): string {
  return numberOf(EVENT_NAMES, number ?? 0);
}
