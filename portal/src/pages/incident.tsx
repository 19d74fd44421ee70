import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Facts } from '../actions.ts';
import { useCommand } from '../commands.ts';
import { ActionBar } from '../components/action-bar.tsx';
import { Clocks } from '../components/clocks.tsx';
import { Conversation } from '../components/conversation.tsx';
import { Contacts, IncidentFactsList, Links } from '../components/facts.tsx';
import { History } from '../components/history.tsx';
import { Loaded } from '../components/loaded.tsx';
import { PriorityBadge, StateBadge } from '../components/state-badge.tsx';
import { useDesk } from '../desk.tsx';
import { MessageBoxes } from '../forms/message-boxes.tsx';
import { ariaKeys } from '../keys.ts';
import { useText } from '../text.ts';
import { NotFoundPage } from './not-found.tsx';

/** One incident: what it is, what can be done, its clocks, what was said, what happened. */
export function IncidentPage() {
  const { id } = useParams({ from: '/incidents/$id' });
  const navigate = useNavigate();
  const incident = useQuery(useDesk().queries.incident(id));
  useCommand('back', () => void navigate({ to: '/incidents', search: true }));
  return (
    <Loaded of={incident} lines={8}>
      {/* A record one may not see answers like one that is not there. */}
      {(facts) => (facts ? <OpenIncident key={facts.id} incident={facts} /> : <NotFoundPage />)}
    </Loaded>
  );
}

function OpenIncident({ incident }: { incident: Facts }) {
  const text = useText();
  const { customer } = useDesk();
  const title = useRef<HTMLHeadingElement>(null);
  const [historyShown, setHistoryShown] = useState(false);
  useCommand('history', () => setHistoryShown((shown) => !shown));
  // The reader came to read this: keyboard and screen reader start at its title.
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  return (
    <article className="incident" aria-labelledby="incident-title">
      <header>
        <Link to="/incidents" search={true} className="back" aria-keyshortcuts={ariaKeys('back')}>
          <span aria-hidden="true">← </span>
          {text('incident.back')}
        </Link>
        <h1 id="incident-title" ref={title} tabIndex={-1}>
          <span className="number">{incident.number}</span> {incident.title}
        </h1>
        <p className="badges">
          <StateBadge incident={incident} /> <PriorityBadge priority={incident.priority} />
          {!customer && <span className="quiet">{text('incident.version', { version: incident.version })}</span>}
        </p>
        <ActionBar incident={incident} />
      </header>
      <Clocks incident={incident} />
      <section>
        <h2>{text('incident.description')}</h2>
        <p className="message-text">{incident.description}</p>
      </section>
      <section>
        <h2>{text('conversation.title')}</h2>
        <Conversation id={incident.number} />
      </section>
      <MessageBoxes incident={incident} />
      <section>
        <h2>{text('facts.title')}</h2>
        <IncidentFactsList incident={incident} />
      </section>
      <Contacts incident={incident} />
      <Links incident={incident} />
      <section>
        <h2>
          <button
            type="button"
            className="plain disclosure"
            aria-expanded={historyShown}
            aria-keyshortcuts={ariaKeys('history')}
            onClick={() => setHistoryShown(!historyShown)}
          >
            {text('history.title')}
          </button>
        </h2>
        {historyShown && <History id={incident.number} />}
      </section>
    </article>
  );
}
