import type {
  CauseCategory,
  Environment,
  Impact,
  IncidentHoldReason,
  IncidentResolutionCode,
  IncidentState,
  Priority,
  Urgency,
} from '../generated/api.ts';

/** An incident after one update, as one row of an export has it, in our words. Null: unknown. Instants are UTC. */
export interface SourceRow {
  /** The incident's number in the source. */
  number: string;
  /** Where the row belongs among the incident's rows. */
  order: number;
  /** The line of the file on which the row begins; the header is line 1. */
  line: number;
  openedAt: Date;
  updatedAt: Date;
  resolvedAt: Date | null;
  closedAt: Date | null;
  /** The later reading of a time in the hour that happens twice. The time itself has the first. */
  later: Partial<Record<SourceTime, Date | undefined>>;
  /** Null: the row keeps the state that the incident had. */
  state: IncidentState | null;
  holdReason: IncidentHoldReason | null;
  impact: Impact | null;
  urgency: Urgency | null;
  /** The source's own priority, where it is mapped. */
  priority: Priority | null;
  organizationId: string | null;
  serviceId: string | null;
  categoryId: string | null;
  assignmentGroupId: string | null;
  reassignmentCount: number | null;
  reopenCount: number | null;
  vendorReference: string | null;
  waitsFor: string | null;
  title: string;
  description: string;
  resolution: { code: IncidentResolutionCode; text: string; cause: CauseCategory };
  /** Values that are kept as they are, by column: codes. */
  codes: Record<string, string>;
  /** Values that are kept as they are, by column: references to people. */
  people: Record<string, string>;
  /** What was read by a rule. */
  notes: readonly RowNote[];
}

/** The times of a row. */
export type SourceTime = 'openedAt' | 'updatedAt' | 'resolvedAt' | 'closedAt';

/** A place of the file that the import read by a rule, and counts. */
export interface RowNote {
  kind: 'REPEATED_HOUR' | 'SKIPPED_HOUR' | 'TIME_AGAINST_ORDER' | 'GROUPED_COUNT' | 'NO_TITLE';
  line: number;
}

/** What holds for every incident of an import. */
export interface ImportSource {
  /** Names the source system. With it and the number, an incident has the same id in every run. */
  name: string;
  environment: Environment;
  /** Where a time is before that of the row before: a reject, or the instant of the row before. */
  timesAgainstOrder: 'REJECT' | 'KEEP_ORDER';
  /** The values that are assumed until a row says otherwise. */
  assumed: {
    organizationId: string;
    serviceId: string;
    categoryId: string | null;
    assignmentGroupId: string | null;
    impact: Impact;
    urgency: Urgency;
  };
}

/** The import of one incident is not possible; the message says why, for the rejects file. */
export class ImportRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImportRefused';
  }
}
