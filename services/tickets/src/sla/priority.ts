import type { Environment, Impact, Priority, Urgency } from '../generated/api.ts';

/** A version of the table from impact and urgency to priority. A version that is in use is never edited. */
export interface PriorityMatrix {
  id: string;
  version: number;
  /** By impact, then urgency. */
  cells: Record<Impact, Record<Urgency, Priority>>;
  /** The most severe priority an environment can get; null: any. */
  caps: Record<Environment, Priority | null>;
}

/** The fields from which a priority is computed. */
export interface Classification {
  impact: Impact;
  urgency: Urgency;
  environment: Environment;
}

/** The priority of an incident. Computed, never given; the caller records one that was set by hand beside it. */
export function computePriority(matrix: PriorityMatrix, { impact, urgency, environment }: Classification): Priority {
  const computed = matrix.cells[impact][urgency];
  const cap = matrix.caps[environment];
  // 'P1' < 'P2' < 'P3' < 'P4' as text: the lesser text is the more severe.
  return cap !== null && computed < cap ? cap : computed;
}
