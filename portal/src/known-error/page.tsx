import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../app/session-context.ts';
import { ActionBar } from '../record/actions.tsx';
import { Fact } from '../record/fact.tsx';
import { RecordPage } from '../record/page.tsx';
import { useServices } from '../service/queries.ts';
import { nameOf } from '../text/named.ts';
import { useText } from '../text/text.ts';
import { KNOWN_ERROR_ACTIONS } from './actions.ts';
import { KNOWN_ERROR, type Facts } from './record.ts';

/** One known error: what users see of it, how they work all the same, what can be done. */
export function KnownErrorPage() {
  return <RecordPage noun={KNOWN_ERROR} {...{ Badges, Actions, Body }} />;
}

function Badges({ record: { state, audience } }: { record: Facts }) {
  const text = useText();
  const { customer } = useSession();
  return (
    <>
      <span className="badge">{text.word('knownError.state', state)}</span>
      {audience && !customer && <span className="badge">{text.word('knownError.audience', audience)}</span>}
    </>
  );
}

function Actions({ record }: { record: Facts }) {
  if (record.allowedActions.length === 0) return null;
  return <ActionBar noun={KNOWN_ERROR} actions={KNOWN_ERROR_ACTIONS} record={record} />;
}

function Body({ record }: { record: Facts }) {
  const text = useText();
  const { symptom, workaround, cause } = record;
  return (
    <>
      <Words title={text('knownError.field.symptom')}>{symptom}</Words>
      <Words title={text('knownError.field.workaround')}>
        {workaround ? workaround.steps : text('knownError.noWorkaround')}
      </Words>
      {cause && <Words title={text('knownError.field.cause')}>{cause}</Words>}
      <KnownErrorFacts record={record} />
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

function KnownErrorFacts({ record }: { record: Facts }) {
  const text = useText();
  const { format, language } = useSession();
  const services = useServices();
  const { problem, workaround, publishedAt, closedAt } = record;
  return (
    <section>
      <h2>{text('knownError.facts')}</h2>
      <dl className="facts">
        <Fact name={text('knownError.field.service')}>
          {record.services?.map(({ id }) => nameOf(services, id, language)).join(' · ')}
        </Fact>
        <Fact name={text('knownError.field.codes')}>{record.errorCodes.join(', ')}</Fact>
        <Fact name={text('knownError.field.files')}>{record.fileTypes.join(', ')}</Fact>
        <Fact name={text('knownError.fact.workaround')}>
          {workaround && text(workaround.tested ? 'knownError.tested' : 'knownError.untested')}
        </Fact>
        <Fact name={text('knownError.fact.problem')}>
          {problem && (
            <Link to="/problems/$id" params={{ id: problem.number }} search={{ open: true }}>
              {problem.number} {problem.title}
            </Link>
          )}
        </Fact>
        <Fact name={text('knownError.fact.published')}>{publishedAt && format.instant(publishedAt)}</Fact>
        <Fact name={text('knownError.fact.retired')}>{closedAt && format.instant(closedAt)}</Fact>
      </dl>
    </section>
  );
}
