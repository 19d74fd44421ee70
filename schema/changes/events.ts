/**
 * The events of changes, as other services may read them. They hold references and codes, never what people wrote. The service's own
 * code is checked against these types.
 */

import type { ChangeEventKind, ChangeRisk, ChangeState, ChangeType } from '../generated/changes.ts';

/** The data of every event of changes, by the event's type. A kind that the SDL adds is here at once. */
export type ChangesEvents = {
  [Kind in ChangeEventKind as `change.${Lowercase<Kind>}`]: ChangeEventData<Kind> & ChangeOwnData<Kind>;
};

type ChangeOwnData<Kind> = Kind extends 'COMMENTED' | 'NOTED' ? OfMessage : unknown;

/** The version of the data above. */
export const CHANGES_EVENT_VERSION = 1;

/** The data that every event of a change holds, also the events of its comments and notes. */
export interface ChangeEventData<Kind extends string = string> {
  /** The change, also in the events of its comments and notes. */
  subject: { type: 'CHANGE'; id: string };
  kind: Kind;
  /** API names of the fields that changed. */
  changedFields: readonly string[];
  /** Values before and after, for subscribers who filter by them. */
  match: {
    state: readonly ChangeState[];
    type: readonly (ChangeType | null)[];
    risk: readonly (ChangeRisk | null)[];
    serviceId: readonly string[];
  };
  /** Codes before and after, by the name of the field. */
  changes: readonly { field: string; from: string | null; to: string | null }[];
  /** True where every organization may learn of it: the change is published. */
  published?: true;
}

/** A comment or an internal note. */
interface OfMessage {
  /** The id of the comment or note. */
  messageId: string;
  /** The change's version when it was written. */
  version: number;
  carried: boolean;
}
