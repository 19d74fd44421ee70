import type { Actor } from '@desk/kit/api/actor';
import type { RecordNames } from '@desk/kit/api/reference';
import type { Aggregate } from '@desk/kit/write/record';
import type { Subject } from '@desk/kit/write/record-schema';
import type { ContinuityStage } from '../generated/api.ts';

/**
 * A situation report as it is stored. It is a record of its own, so that the event never grows with it. Its number holds the event's and the
 * report's place, so that no two reports of an event have one place.
 */
export interface SituationReport extends Aggregate {
  subject: Subject;
  english: string;
  french: string | null;
  stage: ContinuityStage;
  requiresAcknowledgement: boolean;
  nextReportDueAt: Date | null;
  /** The distributors that were active when it was published. */
  roster: string[];
  author: Actor;
  /** Every organization sees it from then on. */
  publishedAt: Date;
}

/** One person's word that an organization has read a report. It is the organization's. Its id follows from report, organization and person. */
export interface Acknowledgement extends Aggregate {
  subject: Subject;
  reportId: string;
  by: Actor;
  at: Date;
}

/** How requests name situation reports. They have no number of their own: people name the event and the place. */
export const REPORT_NAMES = {
  noun: 'situation report',
  idPrefix: 'sit',
  numberPrefix: 'SIT',
} as const satisfies RecordNames;

export const ACKNOWLEDGEMENT_NAMES = {
  noun: 'acknowledgement',
  idPrefix: 'ack',
  numberPrefix: 'ACK',
} as const satisfies RecordNames;

/** Places of the reports of one event: 1 to one less. */
const PLACES = 1_000;

/** The numbers of an event's reports. */
export function reportNumbers(eventNumber: number): { from: number; to: number } {
  return { from: eventNumber * PLACES, to: (eventNumber + 1) * PLACES };
}

/** A report's place among those of its event, from 1. */
export function placeOf({ number }: Pick<SituationReport, 'number'>): number {
  return (number ?? 0) % PLACES;
}
