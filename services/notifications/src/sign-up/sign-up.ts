import type { RecordNames } from '@desk/kit/api/reference';
import type { Aggregate } from '@desk/kit/write/record';
import type { ChangeRisk, Priority, RecordType } from '../generated/api.ts';

/** One person's wish to be told of every record that a filter names, as it is stored. The organization is the person's. */
export interface SignUp extends Aggregate {
  personId: string;
  filter: SignUpFilter;
  createdAt: Date;
  updatedAt: Date;
  withdrawnAt: Date | null;
}

/** Which records a sign-up names. An empty list sets no condition. */
export interface SignUpFilter {
  /** At least one. */
  recordType: RecordType[];
  serviceId: string[];
  state: string[];
  risk: ChangeRisk[];
  priority: Priority[];
}

/** How requests name sign-ups. They have no number. */
export const SIGN_UP_NAMES = {
  noun: 'sign-up',
  idPrefix: 'sup',
  numberPrefix: 'SUP',
} as const satisfies RecordNames;

/** The most sign-ups of one person that hold at once. */
export const SIGN_UPS_MAX = 50;
/** The most values of one condition. */
export const VALUES_MAX = 50;
