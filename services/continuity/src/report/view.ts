import type { Connection } from '@desk/kit/api/page';
import type { Acknowledgement, SituationReport } from './report.ts';

export type ReportPage = Connection<SituationReport>;
export type AcknowledgementPage = Connection<Acknowledgement>;

/** The answer of a mutation that publishes a report. The event is read when it is asked for. */
export interface ReportAnswer {
  situationReport: SituationReport;
  replayed: boolean;
}

/** The answer of a mutation that acknowledges a report. The report is read when it is asked for. */
export interface AcknowledgementAnswer {
  acknowledgement: Acknowledgement;
  replayed: boolean;
}
