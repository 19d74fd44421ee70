import { formatNumber } from '@desk/kit/api/numbers';
import type { RecordNames } from '@desk/kit/api/reference';
import type { ActingViewer } from '@desk/kit/write/actions';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { Aggregate } from '@desk/kit/write/record';
import type { KnownErrorAudience, KnownErrorState } from '../generated/api.ts';

/** A known error as it is stored. It is the SME's, as its `organizationId` says. Null means "not yet" or "none". Instants are UTC. */
export interface KnownError extends Aggregate, KnownErrorWords {
  /** The id of a problem. */
  problemId: string | null;
  state: KnownErrorState;
  audience: KnownErrorAudience | null;
  /** Every organization sees the known error from then on. */
  publishedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
}

/** What a known error says. */
export interface KnownErrorWords {
  title: string;
  /** Codes of the directory's services, 1 to SERVICES_MAX, each once. */
  serviceIds: string[];
  symptom: string;
  cause: string | null;
  workaround: Workaround | null;
  /** At most MARKS_MAX, each once; likewise the types of file. */
  errorCodes: string[];
  fileTypes: string[];
}

/** How users can work all the same. */
export interface Workaround {
  steps: string;
  tested: boolean;
}

/** The context of an act on a known error: also the viewer. */
export interface KnownErrorActContext extends ActContext, ActingViewer {}

/** How requests name known errors. */
export const KNOWN_ERROR_NAMES = {
  noun: 'known error',
  idPrefix: 'ke',
  numberPrefix: 'KE',
} as const satisfies RecordNames;

/** Longest title, in characters. */
export const TITLE_CHARACTERS_MAX = 200;
/** Longest error code or type of file, in characters. */
export const MARK_CHARACTERS_MAX = 40;
/** Longest text of people, in KiB. */
export const TEXT_KIB_MAX = 64;
/** Most services that have a known error. */
export const SERVICES_MAX = 10;
/** Most error codes, and most types of file. */
export const MARKS_MAX = 20;

/** The number that people use. */
export function knownErrorNumber({ number }: Pick<KnownError, 'number'>): string {
  return formatNumber(KNOWN_ERROR_NAMES.numberPrefix, number ?? 0);
}
