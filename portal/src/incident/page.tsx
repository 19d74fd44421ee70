import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { runCommand } from '../app/commands.ts';
import { ariaKeys, RECORD_KEYS } from '../app/keys.ts';
import { useSession } from '../app/session-context.ts';
import { analystsQuery } from '../person/queries.ts';
import { ActionBar } from '../record/actions.tsx';
import { Conversation } from '../record/conversation.tsx';
import { RecordPage } from '../record/page.tsx';
import { commentsQuery, MESSAGES_LAST } from '../record/queries.ts';
import { useText } from '../text/text.ts';
import { INCIDENT_ACTIONS } from './actions.ts';
import { Clocks } from './clocks.tsx';
import { Contacts, IncidentFactsList, Links } from './facts.tsx';
import { INCIDENT, type Facts } from './record.ts';
import { PriorityBadge, StateBadge } from './state-badge.tsx';

/** One incident: what it is, what can be done, its clocks, what was said, what happened. */
export function IncidentPage() {
  return <RecordPage noun={INCIDENT} {...{ Badges, Actions, Body }} />;
}

function Badges({ record }: { record: Facts }) {
  return (
    <>
      <StateBadge incident={record} /> <PriorityBadge priority={record.priority} />
    </>
  );
}

function Actions({ record }: { record: Facts }) {
  const text = useText();
  const { customer, api } = useSession();
  const { allowedActions, hold } = record;
  // The form that names them opens by one key: they are there by then.
  useQuery({ ...analystsQuery(api), enabled: allowedActions.includes('ASSIGN') });
  return (
    <ActionBar noun={INCIDENT} actions={INCIDENT_ACTIONS} record={record}>
      {customer && allowedActions.includes('COMMENT') && hold?.reason === 'CUSTOMER' && <Question incident={record} />}
      {allowedActions.includes('LINK') && (
        <Link to="/open-problem" search={{ incident: record.number }}>
          {text('incident.openProblem')}
        </Link>
      )}
    </ActionBar>
  );
}

/** What the desk waits to hear from the reader, and the way to answer. */
function Question({ incident }: { incident: Facts }) {
  const text = useText();
  const { api } = useSession();
  const about = { id: incident.number, last: MESSAGES_LAST };
  const said = useQuery(commentsQuery(INCIDENT, api, about)).data?.nodes ?? [];
  const question = said.findLast(({ fromSme }) => fromSme)?.text;
  return (
    <div className="question">
      <p>
        <strong>{text('action.asked')}</strong> <span className="message-text">{question}</span>
      </p>
      <Button
        size="compact-sm"
        aria-keyshortcuts={ariaKeys(RECORD_KEYS.reply)}
        onClick={() => runCommand(RECORD_KEYS.reply)}
      >
        {text.word('incident.action', 'COMMENT')}
      </Button>
    </div>
  );
}

function Body({ record }: { record: Facts }) {
  const text = useText();
  return (
    <>
      <Clocks incident={record} />
      <section>
        <h2>{text('incident.description')}</h2>
        <p className="message-text">{record.description}</p>
      </section>
      <Conversation noun={INCIDENT} record={record} />
      <section>
        <h2>{text('facts.title')}</h2>
        <IncidentFactsList incident={record} />
      </section>
      <Contacts incident={record} />
      <Links incident={record} />
    </>
  );
}
