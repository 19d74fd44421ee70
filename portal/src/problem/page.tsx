import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../app/session-context.ts';
import { knownErrorsQuery } from '../known-error/queries.ts';
import { actorName } from '../person/actor.ts';
import { ActionBar } from '../record/actions.tsx';
import { Conversation } from '../record/conversation.tsx';
import { Fact } from '../record/fact.tsx';
import { RecordPage } from '../record/page.tsx';
import { useServices } from '../service/queries.ts';
import { nameOf } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { PROBLEM_ACTIONS } from './actions.ts';
import { PROBLEM, type Facts } from './record.ts';
import { StateBadge } from './state-badge.tsx';

/** One problem: what everybody reads of it, and for the SME what is known, what can be done, what happened. */
export function ProblemPage() {
  return <RecordPage noun={PROBLEM} {...{ Badges, Actions, Body }} />;
}

function Badges({ record }: { record: Facts }) {
  const text = useText();
  const { customer } = useSession();
  return (
    <>
      <StateBadge state={record.state} />
      {!customer && (
        <span className="badge">{text(record.publishedAt ? 'problem.published' : 'problem.unpublished')}</span>
      )}
    </>
  );
}

function Actions({ record }: { record: Facts }) {
  const text = useText();
  const mayDraft = record.allowedActions.includes('PUBLISH');
  if (record.allowedActions.length === 0) return null;
  return (
    <ActionBar noun={PROBLEM} actions={PROBLEM_ACTIONS} record={record}>
      {mayDraft && (
        <Link to="/draft-known-error" search={{ problem: record.number }}>
          {text('problem.draft')}
        </Link>
      )}
    </ActionBar>
  );
}

function Body({ record }: { record: Facts }) {
  const text = useText();
  const { staff } = useSession();
  const { publicTitle, publicStatus, description, trendNote, diagnosis, resolution } = record;
  return (
    <>
      {publicStatus && (
        <Words title={text('problem.told')}>
          {description !== null && <strong>{publicTitle} </strong>}
          {publicStatus}
        </Words>
      )}
      {description && <Words title={text('problem.field.description')}>{description}</Words>}
      {diagnosis && <Words title={text('problem.field.symptom')}>{diagnosis.symptom}</Words>}
      {diagnosis?.rootCause && <Words title={text('problem.field.rootCause')}>{diagnosis.rootCause}</Words>}
      {diagnosis && (
        <Words title={text('problem.field.workaround')}>{diagnosis.workaround ?? text('problem.noWorkaround')}</Words>
      )}
      {trendNote && <Words title={text('problem.field.trend')}>{trendNote}</Words>}
      {resolution && (
        <Words title={text.word('problem.resolution', resolution.code)}>
          {resolution.text} {resolution.duplicateOf}
        </Words>
      )}
      <ProblemFacts record={record} />
      <Incidents record={record} />
      <KnownErrors problemId={record.id} />
      {staff && <Conversation noun={PROBLEM} record={record} />}
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

function ProblemFacts({ record }: { record: Facts }) {
  const text = useText();
  const { format, language } = useSession();
  const services = useServices();
  const time = (instant: string | null) => instant && format.instant(instant);
  return (
    <section>
      <h2>{text('problem.facts')}</h2>
      <dl className="facts">
        <Fact name={text('problem.field.service')}>
          {record.service && nameOf(services, record.service.id, language)}
        </Fact>
        <Fact name={text('problem.field.release')}>{record.targetRelease}</Fact>
        <Fact name={text('problem.field.owner')}>{record.owner?.name}</Fact>
        <Fact name={text('problem.fact.requester')}>{record.requester && actorName(record.requester, text)}</Fact>
        <Fact name={text('problem.field.versions')}>{record.diagnosis?.affectedVersions}</Fact>
        <Fact name={text('problem.field.change')}>{record.fixChange}</Fact>
        <Fact name={text('problem.field.waiver')}>{record.fixWaiver}</Fact>
        <Fact name={text('problem.fact.created')}>{time(record.createdAt)}</Fact>
        <Fact name={text('problem.fact.published')}>{time(record.publishedAt)}</Fact>
        <Fact name={text('problem.fact.resolved')}>{time(record.resolvedAt)}</Fact>
        <Fact name={text('problem.fact.closed')}>{time(record.closedAt)}</Fact>
        <Fact name={text('problem.fact.reopened')}>{record.reopenCount > 0 && record.reopenCount}</Fact>
      </dl>
    </section>
  );
}

/** The incidents that it caused, as far as the reader sees them. */
function Incidents({ record: { incidents } }: { record: Facts }) {
  const text = useText();
  const nodes = incidents?.nodes ?? [];
  const more = (incidents?.totalCount ?? nodes.length) - nodes.length;
  if (nodes.length === 0) return null;
  return (
    <section>
      <h2>{text('problem.incidents')}</h2>
      <ul className="links">
        {nodes.map(({ id, number, title }) => (
          <li key={id}>
            <Link to="/incidents/$id" params={{ id: number }} search={{}}>
              {number} {title}
            </Link>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="quiet">{text('problem.incidents.more', { count: more })}</p>}
    </section>
  );
}

/** The known errors of the problem, as far as the reader sees them. */
function KnownErrors({ problemId }: { problemId: string }) {
  const text = useText();
  const { api } = useSession();
  const known = useInfiniteQuery(knownErrorsQuery(api, { problemId: [problemId] })).data?.pages[0]?.nodes ?? [];
  if (known.length === 0) return null;
  return (
    <section>
      <h2>{text('problem.knownErrors')}</h2>
      <ul className="links">
        {known.map(({ id, number, title }) => (
          <li key={id}>
            <Link to="/known-errors/$id" params={{ id: number }} search={{}}>
              {number} {title}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
