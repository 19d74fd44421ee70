import type { Connection } from '@desk/kit/api/page';
import type { Enrolment } from './enrolment.ts';

export type EnrolmentPage = Connection<Enrolment>;

/** The answer of a mutation that changes an enrolment. */
export interface EnrolmentAnswer {
  enrolment: Enrolment;
  version: number;
  replayed: boolean;
}
