/**
 * The events of continuity, as other services may read them. They hold references and codes, never what people wrote. The service's own
 * code is checked against these types.
 */

import type { ContinuityClassification, ContinuityStage, ContinuityUpdateKind } from '../generated/continuity.ts';

/** The data of every event of continuity, by the event's type. A kind that the SDL adds is here at once. */
export type ContinuityEvents = {
  [Kind in ContinuityUpdateKind as `continuity_event.${Lowercase<Kind>}`]: ContinuityEventData<Kind> &
    ContinuityOwnData<Kind>;
};

type ContinuityOwnData<Kind> = Kind extends 'REPORTED' | 'ACKNOWLEDGED'
  ? OfPart
  : Kind extends 'ENTERED'
    ? { occurredAt: string }
    : unknown;

/** The version of the data above. */
export const CONTINUITY_EVENT_VERSION = 1;

/** The data that every event of a continuity event holds, also the events of its reports and acknowledgements. */
export interface ContinuityEventData<Kind extends string = string> {
  /** The continuity event. */
  subject: { type: 'CONTINUITY_EVENT'; id: string };
  kind: Kind;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  /** Values before and after, for subscribers who filter by them. */
  match: {
    stage: readonly ContinuityStage[];
    classification: readonly ContinuityClassification[];
    serviceId: readonly string[];
  };
  /** Codes before and after, by the name of the field. */
  changes: readonly { field: string; from: string | null; to: string | null }[];
  /** True where every organization may learn of it. Acknowledgements are their organization's alone. */
  published?: true;
}

/** A situation report or an acknowledgement. */
interface OfPart {
  /** The id of the report or acknowledgement. */
  messageId: string;
  /** The report, also of an acknowledgement. */
  reportId: string;
  /** The event's version when it was written. */
  version: number;
}
