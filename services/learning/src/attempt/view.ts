import type { Attempt } from './attempt.ts';

/** The answer of a mutation that changes an attempt. */
export interface AttemptAnswer {
  attempt: Attempt;
  version: number;
  replayed: boolean;
}
