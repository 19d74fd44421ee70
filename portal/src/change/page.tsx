import type { ReactNode } from 'react';
import { useSession } from '../app/session-context.ts';
import { actorName } from '../person/actor.ts';
import { ActionBar } from '../record/actions.tsx';
import { Conversation } from '../record/conversation.tsx';
import { Fact } from '../record/fact.tsx';
import { RecordPage } from '../record/page.tsx';
import { useServices } from '../service/queries.ts';
import { nameOf, ownName } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { CHANGE_ACTIONS } from './actions.ts';
import { CHANGE, type Facts } from './record.ts';
import { StateBadge } from './state-badge.tsx';

/** One change: what it is for, what can be done, how it is planned, what was said, what happened. */
export function ChangePage() {
  return <RecordPage noun={CHANGE} {...{ Badges, Actions, Body }} />;
}

function Badges({ record }: { record: Facts }) {
  const text = useText();
  return (
    <>
      <StateBadge state={record.state} />
      {record.type && <span className="badge">{text.word('change.type', record.type)}</span>}
      {record.risk && <span className="badge">{text.word('change.risk', record.risk)}</span>}
    </>
  );
}

function Actions({ record }: { record: Facts }) {
  return <ActionBar noun={CHANGE} actions={CHANGE_ACTIONS} record={record} />;
}

function Body({ record }: { record: Facts }) {
  const text = useText();
  const { notice, plan, review } = record;
  return (
    <>
      {notice && <Words title={text('change.notice')}>{notice}</Words>}
      <Words title={text('change.reason')}>{record.reason}</Words>
      <Words title={text('change.benefit')}>{record.benefit}</Words>
      <ChangeFacts record={record} />
      {plan && (
        <>
          <Words title={text('change.field.implementation')}>{plan.implementation}</Words>
          <Words title={text('change.field.test')}>{plan.test}</Words>
          <Words title={text('change.field.backout')}>{plan.backout}</Words>
        </>
      )}
      {review && <Words title={text('change.field.review')}>{review}</Words>}
      <Conversation noun={CHANGE} record={record} />
    </>
  );
}

function Words({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      <p className="message-text">{children}</p>
    </section>
  );
}

function ChangeFacts({ record }: { record: Facts }) {
  const text = useText();
  const { format, language } = useSession();
  const services = useServices();
  const yesNo = (value: boolean | null) => value !== null && text(value ? 'change.yes' : 'change.no');
  const time = (instant: string | null) => instant && format.instant(instant);
  const { template, services: touched } = record;
  return (
    <section>
      <h2>{text('change.facts')}</h2>
      <dl className="facts">
        <Fact name={text('change.fact.services')}>
          {touched?.map(({ id }) => nameOf(services, id, language)).join(' · ')}
        </Fact>
        <Fact name={text('change.fact.organization')}>{record.organization?.name}</Fact>
        <Fact name={text('change.fact.requester')}>{actorName(record.requester, text)}</Fact>
        <Fact name={text('change.field.template')}>{template && ownName(template, language)}</Fact>
        <Fact name={text('change.field.environment')}>
          {record.environment && text.word('environment', record.environment)}
        </Fact>
        <Fact name={text('change.field.plannedStart')}>{time(record.plannedStart)}</Fact>
        <Fact name={text('change.field.plannedEnd')}>{time(record.plannedEnd)}</Fact>
        <Fact name={text('change.field.outage')}>{yesNo(record.outage)}</Fact>
        <Fact name={text('change.field.ldcAction')}>{yesNo(record.ldcActionNeeded)}</Fact>
        <Fact name={text('change.fact.actualStart')}>{time(record.actualStart)}</Fact>
        <Fact name={text('change.fact.actualEnd')}>{time(record.actualEnd)}</Fact>
        <Fact name={text('change.field.result')}>{record.result && text.word('change.result', record.result)}</Fact>
        <Fact name={text('change.fact.published')}>{time(record.publishedAt)}</Fact>
        <Fact name={text('change.fact.created')}>{time(record.createdAt)}</Fact>
        <Fact name={text('change.fact.closed')}>{time(record.closedAt)}</Fact>
      </dl>
    </section>
  );
}
