import { Link } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { hasRole } from '../app/acting.ts';
import type { Needs } from '../app/noun.ts';
import { useSession, type Session } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { apiFilter, type ListSearch } from './filter.ts';
import { neededIncidentsQuery } from './queries.ts';
import { reportsFor } from './rights.ts';
import { useTally } from './tally.ts';

const WORK: ListSearch = { open: true, assignee: 'me' };
const QUESTIONS: ListSearch = { state: 'ON_HOLD', hold: 'CUSTOMER' };
const SOLUTIONS: ListSearch = { state: 'RESOLVED' };

/** For those who work incidents: the open ones that are theirs. For distributors: questions to answer and solutions to confirm. */
export function incidentNeeds(reader: Session): readonly Needs[] {
  const { me, staff, clients, actsFor } = reader;
  if (staff) return hasRole(me, 'SME_ANALYST', 'SME_ADMIN') ? [needed(reader, WORK, 'home.do.work')] : [];
  const mayAnswer = clients.length > 0 ? actsFor.some(reportsFor) : me.mayCreateIncident !== false;
  if (!mayAnswer) return [];
  return [needed(reader, QUESTIONS, 'home.do.answer'), needed(reader, SOLUTIONS, 'home.do.confirm')];
}

function needed(
  { api, me, customer }: Session,
  search: ListSearch,
  what: 'home.do.work' | 'home.do.answer' | 'home.do.confirm',
): Needs {
  return {
    query: neededIncidentsQuery(api, { filter: apiFilter(search, me.id), what, customer }),
    all: { label: what, address: { to: '/incidents', search } },
  };
}

/** How many incidents are open, on the home page. */
export function OpenSummary() {
  const text = useText();
  const { customer } = useSession();
  return (
    <section className="tile" aria-labelledby="open">
      <h2 id="open">{text(customer ? 'home.open.customer' : 'home.open.staff')}</h2>
      <Loaded of={useTally()} lines={2}>
        {({ open, breached }) => (
          <p className="numbers">
            <Link to="/incidents" search={{ open: true }}>
              <strong>{open}</strong> {text('dashboard.open')}
            </Link>
            <Link to="/incidents" search={{ open: true, breached: true }}>
              <strong>{breached}</strong> {text('dashboard.breached')}
            </Link>
          </p>
        )}
      </Loaded>
    </section>
  );
}
