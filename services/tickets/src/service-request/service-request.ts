import type { Actor } from '@desk/kit/api/actor';
import { formatNumber } from '@desk/kit/api/numbers';
import type { RecordNames } from '@desk/kit/api/reference';
import type { Clock } from '@desk/kit/time/clock';
import type { ActingViewer } from '@desk/kit/write/actions';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { Aggregate } from '@desk/kit/write/record';
import type { CatalogueItem } from '../catalogue-item/catalogue-item.ts';
import type { ServiceRequestClockKind, ServiceRequestState } from '../generated/api.ts';
import type { Sla } from '../sla/sla.ts';

/** A clock of a service request. */
export type ServiceRequestClock = Clock<ServiceRequestClockKind>;

/** A service request as it is stored. Null means "not yet" or "none". Instants are UTC. */
export interface ServiceRequest extends Aggregate {
  itemId: string;
  itemVersion: number;
  /** What was filled in, in the order of the form. */
  values: FilledIn[];
  requester: Actor;
  state: ServiceRequestState;
  approvedBy: Actor | null;
  approvedAt: Date | null;
  tasks: Task[];
  /** What was delivered, or why it was not. */
  result: string | null;
  clocks: ServiceRequestClock[];
  /** Follows from the clocks. */
  dueAt: Date | null;
  breached: boolean;
  /** When a delivered service is accepted by itself. */
  closesAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
}

/** A field and its value. */
export interface FilledIn {
  name: string;
  value: string;
}

/** A task of the item, and when it was done. */
export interface Task {
  id: string;
  completedAt: Date | null;
}

/** The context of an act on a service request: also the viewer, the agreement, and the item that was asked for. */
export interface RequestActContext extends ActContext, ActingViewer {
  sla: Sla;
  item: CatalogueItem;
}

/** How requests name service requests. */
export const REQUEST_NAMES = {
  noun: 'service request',
  idPrefix: 'req',
  numberPrefix: 'REQ',
} as const satisfies RecordNames;

/** Longest text of people, in KiB. */
export const TEXT_KIB_MAX = 64;
/** Longest line of a form, in characters. */
export const LINE_CHARACTERS_MAX = 200;

/** The number that people use. */
export function requestNumber({ number }: Pick<ServiceRequest, 'number'>): string {
  return formatNumber(REQUEST_NAMES.numberPrefix, number ?? 0);
}
