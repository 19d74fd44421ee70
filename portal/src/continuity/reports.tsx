import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '../api/failure.tsx';
import { Loaded } from '../api/loaded.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { useNow } from '../app/now.ts';
import { useSession } from '../app/session-context.ts';
import { AcknowledgeSituationReportDocument, type ReportTextFragment } from '../generated/api.ts';
import { refreshRecord } from '../record/queries.ts';
import { LOCALES, useText } from '../text/text.ts';
import { outstandingQuery } from './queries.ts';
import { CONTINUITY_EVENT, type Facts } from './record.ts';

/** What the SME told distributors, the newest first. */
export function Reports({ record }: { record: Facts }) {
  const text = useText();
  const nodes = (record.reports?.nodes ?? []).toReversed();
  const older = (record.reports?.totalCount ?? nodes.length) - nodes.length;
  return (
    <section>
      <h2>{text('continuity.reports')}</h2>
      {nodes.length === 0 && <p className="quiet">{text('continuity.reports.none')}</p>}
      <ol className="conversation">
        {nodes.map((report, index) => (
          <Report key={report.id} event={record} report={report} isNewest={index === 0} />
        ))}
      </ol>
      {older > 0 && <p className="quiet">{text('continuity.reports.older', { count: older })}</p>}
    </section>
  );
}

function Report(props: { event: Facts; report: ReportTextFragment; isNewest: boolean }) {
  const { event, report, isNewest } = props;
  const text = useText();
  const { format, language, customer, clients } = useSession();
  const isEnglish = language === 'EN' || !report.languages.includes('FR');
  const { place, publishedAt, requiresAcknowledgement, mayAcknowledgeFor } = report;
  return (
    <li className="message sme">
      <p className="message-head">
        <strong>{text('continuity.report', { place })}</strong>{' '}
        <time dateTime={publishedAt} className="quiet">
          {format.instant(publishedAt)}
        </time>{' '}
        {requiresAcknowledgement && <Reached report={report} />}
      </p>
      {isEnglish && language === 'FR' && <p className="quiet">{text('continuity.report.englishOnly')}</p>}
      <p className="message-text" lang={isEnglish ? LOCALES.EN : LOCALES.FR}>
        {isEnglish ? report.en : report.fr}
      </p>
      {report.nextReportDueAt && (
        <NextReport dueAt={report.nextReportDueAt} isAwaited={isNewest && event.state !== 'CLOSED'} />
      )}
      {requiresAcknowledgement && (!customer || clients.length > 1) && <Outstanding report={report} />}
      {mayAcknowledgeFor?.map((organization) => (
        <Acknowledge key={organization.id} {...{ event, report, organization }} />
      ))}
    </li>
  );
}

/** When the report after this one is due; that it is late, while it is still awaited. */
function NextReport({ dueAt, isAwaited }: { dueAt: string; isAwaited: boolean }) {
  const text = useText();
  const { format } = useSession();
  const now = useNow();
  const time = format.instant(dueAt);
  const isLate = isAwaited && Date.parse(dueAt) < now;
  return <p className="quiet">{isLate ? text('continuity.next.late', { time }) : text('continuity.next', { time })}</p>;
}

/** To the SME how many acknowledged; to a distributor whether its own organization did; to an agent how many of its distributors did. */
function Reached({ report }: { report: ReportTextFragment }) {
  const text = useText();
  const { customer } = useSession();
  const { organizationsTotal: total, organizationsAcknowledged: acknowledged } = report;
  if (customer && acknowledged === total)
    return total > 0 && <span className="badge">{text('continuity.acknowledged')}</span>;
  if (customer && total <= 1) return null;
  return <span className="badge">{text('continuity.reached', { acknowledged, total })}</span>;
}

/** To the SME, and to an agent of several distributors, on demand: those of them that have not acknowledged. */
function Outstanding({ report }: { report: ReportTextFragment }) {
  const text = useText();
  const [isShown, setIsShown] = useState(false);
  return (
    <>
      <button
        type="button"
        className="plain disclosure"
        aria-expanded={isShown}
        onClick={() => setIsShown((shown) => !shown)}
      >
        {text('continuity.outstanding')}
      </button>
      {isShown && <OutstandingList report={report} />}
    </>
  );
}

function OutstandingList({ report: { id, organizationsAcknowledged } }: { report: ReportTextFragment }) {
  const text = useText();
  const reading = useQuery(outstandingQuery(useSession().api, id, organizationsAcknowledged));
  return (
    <Loaded of={reading} lines={2}>
      {(organizations) =>
        organizations.length === 0 ? (
          <p className="quiet">{text('continuity.outstanding.none')}</p>
        ) : (
          <ul>
            {organizations.map((organization) => (
              <li key={organization.id}>{organization.name}</li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

/** Says for an organization that it has read a report. */
function Acknowledge(props: { event: Facts; report: ReportTextFragment; organization: { id: string; name: string } }) {
  const { event, report, organization } = props;
  const text = useText();
  const { api } = useSession();
  const queryClient = useQueryClient();
  const sending = useMutation({
    mutationFn: () =>
      api.write(AcknowledgeSituationReportDocument, {
        id: report.id,
        actingFor: organization.id,
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: () => refreshRecord(CONTINUITY_EVENT, queryClient, event.number),
  });
  return (
    <>
      <Button size="compact-sm" loading={sending.isPending} onClick={() => sending.mutate()}>
        {text('continuity.acknowledge', { organization: organization.name })}
      </Button>
      {sending.error && <Failure error={sending.error} retry={() => sending.mutate()} />}
    </>
  );
}
