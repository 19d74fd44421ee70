import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { ReportIncidentForm } from './report-form.tsx';
import { mayReportQuery } from './rights.ts';

/** Where an incident is reported. */
export function ReportPage() {
  const text = useText();
  return (
    <div className="page narrow">
      <h1>{text('report.title')}</h1>
      <Loaded of={useQuery(mayReportQuery(useSession()))}>
        {(reports) => (
          <>
            <p>{text(reports ? 'report.intro' : 'report.none')}</p>
            {reports && <ReportIncidentForm />}
          </>
        )}
      </Loaded>
    </div>
  );
}
