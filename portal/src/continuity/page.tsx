import { useNow } from '../app/now.ts';
import { useSession } from '../app/session-context.ts';
import { actorName } from '../person/actor.ts';
import { ActionBar } from '../record/actions.tsx';
import { Fact } from '../record/fact.tsx';
import { RecordPage } from '../record/page.tsx';
import { useServices } from '../service/queries.ts';
import { nameOf } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { CONTINUITY_ACTIONS, offered } from './actions.ts';
import { CONTINUITY_EVENT, type Facts } from './record.ts';
import { Reports } from './reports.tsx';
import { EventBadges } from './state-badge.tsx';

const HOUR_MS = 3_600_000;
const LINE_HOURS = 24;

/** One continuity event: how far it is from the 24-hour line, what can be done, what distributors were told, what happened. */
export function ContinuityEventPage() {
  return <RecordPage noun={CONTINUITY_EVENT} {...{ Badges, Actions, Body }} />;
}

function Badges({ record }: { record: Facts }) {
  return <EventBadges event={record} />;
}

function Actions({ record }: { record: Facts }) {
  const hasMoreBelow = record.reports?.nodes.some(({ mayAcknowledgeFor }) => mayAcknowledgeFor?.length) ?? false;
  return (
    <ActionBar noun={CONTINUITY_EVENT} actions={CONTINUITY_ACTIONS} record={offered(record)} {...{ hasMoreBelow }} />
  );
}

function Body({ record }: { record: Facts }) {
  return (
    <>
      <Gauge record={record} />
      <Reports record={record} />
      <Criteria record={record} />
      <EventFacts record={record} />
    </>
  );
}

/** How long the outage has lasted against 24 hours, and what is expected of it. */
function Gauge({ record }: { record: Facts }) {
  const text = useText();
  const { format } = useSession();
  const now = useNow();
  const { outageStartedAt, restoredAt, closedAt, interruptionAt, expectedOutage, expectedRestorationAt } = record;
  if (!outageStartedAt) return null;
  const end = Date.parse(restoredAt ?? closedAt ?? new Date(now).toISOString());
  const hours = Math.max(0, end - Date.parse(outageStartedAt)) / HOUR_MS;
  const lasted = format.duration(`PT${Math.floor(hours * 60)}M`);
  return (
    <section>
      <h2>{text('continuity.gauge')}</h2>
      <p>
        <meter min={0} max={LINE_HOURS} high={LINE_HOURS * 0.75} value={Math.min(hours, LINE_HOURS)}>
          {lasted}
        </meter>{' '}
        <strong>{text('continuity.lasted', { lasted })}</strong>
      </p>
      <dl className="facts">
        <Fact name={text('continuity.fact.line')}>{interruptionAt && format.instant(interruptionAt)}</Fact>
        <Fact name={text('continuity.fact.expected')}>
          {expectedOutage ? format.duration(expectedOutage) : text('continuity.unknown')}
        </Fact>
        <Fact name={text('continuity.fact.expectedEnd')}>
          {expectedRestorationAt && format.instant(expectedRestorationAt)}
        </Fact>
      </dl>
    </section>
  );
}

/** What must be so before the stage is left. */
function Criteria({ record: { exitCriteria } }: { record: Facts }) {
  const text = useText();
  const { staff } = useSession();
  if (!staff || exitCriteria.length === 0) return null;
  return (
    <section>
      <h2>{text('continuity.criteria')}</h2>
      <ul>
        {exitCriteria.map(({ code, met }) => (
          <li key={code}>
            {text(met ? 'continuity.met' : 'continuity.missing')} {text.word('continuity.criterion', code)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function EventFacts({ record }: { record: Facts }) {
  const text = useText();
  const { format, language } = useSession();
  const services = useServices();
  const { assessment, activation } = record;
  const time = (instant: string | null) => instant && format.instant(instant);
  return (
    <section>
      <h2>{text('continuity.facts')}</h2>
      <dl className="facts">
        <Fact name={text('continuity.field.services')}>
          {record.services?.map(({ id }) => nameOf(services, id, language)).join(' · ')}
        </Fact>
        <Fact name={text('continuity.field.environment')}>
          {text.word('continuity.environment', record.environment)}
        </Fact>
        <Fact name={text('continuity.field.percent')}>{`${record.distributorsAffectedPercent} %`}</Fact>
        <Fact name={text('continuity.fact.began')}>{time(record.outageStartedAt)}</Fact>
        <Fact name={text('continuity.fact.restored')}>{time(record.restoredAt)}</Fact>
        <Fact name={text('continuity.fact.site')}>{text.word('continuity.site', record.operatingSite)}</Fact>
        <Fact name={text('continuity.fact.commander')}>{actorName(record.commander, text)}</Fact>
        <Fact name={text('continuity.field.response')}>
          {assessment?.response && text.word('continuity.response', assessment.response)}
        </Fact>
        <Fact name={text('continuity.field.workaround')}>{assessment?.workaround}</Fact>
        <Fact name={text('continuity.fact.assessedBy')}>{assessment && actorName(assessment.assessedBy, text)}</Fact>
        <Fact name={text('continuity.fact.approvedBy')}>
          {assessment?.approvedBy && actorName(assessment.approvedBy, text)}
        </Fact>
        <Fact name={text('continuity.fact.activation')}>{activation?.reason}</Fact>
        <Fact name={text('continuity.fact.declared')}>{time(record.createdAt)}</Fact>
        <Fact name={text('continuity.fact.closed')}>{time(record.closedAt)}</Fact>
      </dl>
    </section>
  );
}
