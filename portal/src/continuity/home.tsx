import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { apiFilter } from './filter.ts';
import { fewEventsQuery } from './queries.ts';
import { EventBadges } from './state-badge.tsx';

/** The outages that go on, on everybody's home page. Nothing where there is none. */
export function RunningEvents() {
  const text = useText();
  const running =
    useQuery(fewEventsQuery(useSession().api, apiFilter({ open: true, kind: 'ACTUAL' }))).data?.nodes ?? [];
  if (running.length === 0) return null;
  return (
    <section className="tile wide" aria-labelledby="running">
      <h2 id="running">{text('continuity.running')}</h2>
      <ul className="needs">
        {running.map((event) => (
          <li key={event.id}>
            <Link to="/continuity/$id" params={{ id: event.number }} search={{ open: true }}>
              {event.number}
            </Link>
            <span className="badges">
              <EventBadges event={event} />
            </span>
            <span>{event.title}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
