import type { Actor } from '@desk/kit/api/actor';
import { formatNumber } from '@desk/kit/api/numbers';
import type { RecordNames } from '@desk/kit/api/reference';
import type { ActingViewer } from '@desk/kit/write/actions';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { Aggregate } from '@desk/kit/write/record';
import type { ProblemResolutionCode, ProblemState } from '../generated/api.ts';

/** A problem as it is stored. It is the SME's, as its `organizationId` says. Null means "not yet" or "none". Instants are UTC. */
export interface Problem extends Aggregate {
  title: string;
  description: string;
  serviceId: string;
  state: ProblemState;
  requester: Actor;
  ownerId: string | null;
  trendNote: string | null;
  diagnosis: ProblemDiagnosis | null;
  /** The number of a change. */
  fixChange: string | null;
  fixWaiver: string | null;
  resolution: ProblemResolution | null;
  publicTitle: string | null;
  publicStatus: string | null;
  targetRelease: string | null;
  /** Every organization sees the problem from then on, in its public words. */
  publishedAt: Date | null;
  reopenCount: number;
  createdAt: Date;
  updatedAt: Date;
  resolvedAt: Date | null;
  closedAt: Date | null;
}

/** What is known of a problem. */
export interface ProblemDiagnosis {
  symptom: string;
  rootCause: string | null;
  workaround: string | null;
  affectedVersions: string;
}

/** How the work on a problem ended. */
export interface ProblemResolution {
  code: ProblemResolutionCode;
  text: string;
  /** The number of a problem. */
  duplicateOf: string | null;
}

/** The context of an act on a problem: also the viewer. */
export interface ProblemActContext extends ActContext, ActingViewer {}

/** How requests name problems. */
export const PROBLEM_NAMES = { noun: 'problem', idPrefix: 'prb', numberPrefix: 'PRB' } as const satisfies RecordNames;

/** Longest title, and any other line, in characters. */
export const LINE_CHARACTERS_MAX = 200;
/** Longest text of people, in KiB. */
export const TEXT_KIB_MAX = 64;
/** How long a resolved problem is watched for its return: within it, only a review closes the problem. */
export const RECURRENCE_MS = 30 * 24 * 3_600_000;

/** The states in which a problem is worked. */
export const OPEN_STATES: readonly ProblemState[] = [
  'NEW',
  'ASSESS',
  'INVESTIGATING',
  'KNOWN_ERROR',
  'FIX_IN_PROGRESS',
];

/** The number that people use. */
export function problemNumber({ number }: Pick<Problem, 'number'>): string {
  return formatNumber(PROBLEM_NAMES.numberPrefix, number ?? 0);
}
