import type { ErrorCode } from '../generated/api.ts';

/** Why a request failed: a code of the API's register, or one of the two that only a client can see. */
export type FailureCode = ErrorCode | 'OFFLINE' | 'UNREADABLE';

/** Failures of a read that trying again soon may cure. */
export const PASSING = codes('OFFLINE', 'UNREADABLE', 'SERVICE_UNAVAILABLE', 'SERVER_BUSY');

/** Refusals of requests that were not begun: to send the same again is harmless. */
export const NOT_BEGUN = codes('RATE_LIMITED', 'SERVER_BUSY');

/** Refusals of a subscription that pass by themselves; those for the rate that say how long are waited out before. */
export const TRANSIENT = codes(
  'RATE_LIMITED',
  'SERVER_BUSY',
  'SERVICE_UNAVAILABLE',
  'IDP_UNAVAILABLE',
  'SCHEMA_CHANGED',
  'INTERNAL',
);

/** Failures of a write that may have been carried out: only then must a repeat carry the same key. */
export const UNCERTAIN = codes('OFFLINE', 'UNREADABLE', 'WRITE_UNCERTAIN', 'INTERNAL', 'SERVICE_UNAVAILABLE');

/** Refusals of an action because of the state that the record is in by now. */
export const NOT_NOW = codes('ILLEGAL_TRANSITION', 'WINDOW_CLOSED');

function codes(...listed: readonly FailureCode[]): ReadonlySet<string> {
  return new Set(listed);
}
