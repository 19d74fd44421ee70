import { useDesk } from '../desk.tsx';
import { ReportIncidentForm } from '../forms/report-incident.tsx';
import { useText } from '../text.ts';

/** Where an incident is reported. */
export function ReportPage() {
  const text = useText();
  const { reports } = useDesk();
  return (
    <div className="page narrow">
      <h1>{text('report.title')}</h1>
      <p>{text(reports ? 'report.intro' : 'report.none')}</p>
      {reports && <ReportIncidentForm />}
    </div>
  );
}
