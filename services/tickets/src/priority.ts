/** How many are hit. HIGH: several LDCs or a whole MDM/R service. MEDIUM: one LDC. LOW: some SDPs or one user. */
export type Impact = 'HIGH' | 'MEDIUM' | 'LOW';
/** How soon it hurts. HIGH: a billing or ingestion deadline is at risk today. MEDIUM: within 2 business days. LOW: no deadline. */
export type Urgency = 'HIGH' | 'MEDIUM' | 'LOW';
/** P1 is the most severe. */
export type Priority = 'P1' | 'P2' | 'P3' | 'P4';
/** The system that is affected. */
export type Environment = 'PRODUCTION' | 'SANDBOX' | 'QA';

/** A version of the table from impact and urgency to priority. A version in use is never edited. */
export interface PriorityMatrix {
  id: string;
  version: number;
  /** By impact, then urgency. */
  cells: Record<Impact, Record<Urgency, Priority>>;
  /** The most severe priority an environment can get; null: any. */
  caps: Record<Environment, Priority | null>;
}

/** The priority of an incident. Computed, never given; a manual override is recorded beside it by its caller. */
export function computePriority(
  matrix: PriorityMatrix,
  impact: Impact,
  urgency: Urgency,
  environment: Environment,
): Priority {
  const computed = matrix.cells[impact][urgency];
  const cap = matrix.caps[environment];
  // 'P1' < 'P2' < 'P3' < 'P4' as text: the lesser text is the more severe.
  return cap !== null && computed < cap ? cap : computed;
}
