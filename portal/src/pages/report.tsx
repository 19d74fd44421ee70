import { ReportIncidentForm } from '../forms/report-incident.tsx';
import { useText } from '../text.ts';

/** Where an incident is reported. */
export function ReportPage() {
  const text = useText();
  return (
    <div className="page narrow">
      <h1>{text('report.title')}</h1>
      <p>{text('report.intro')}</p>
      <ReportIncidentForm />
    </div>
  );
}
