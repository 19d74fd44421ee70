import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Due } from '../components/due.tsx';
import { Loaded } from '../components/loaded.tsx';
import { PriorityBadge, StateBadge } from '../components/state-badge.tsx';
import { useDesk } from '../desk.tsx';
import type { IncidentsQuery } from '../generated/api.ts';
import { apiFilter, ORDERS, type ListSearch } from '../incident-filter.ts';
import { useTally } from '../tally.ts';
import { useText } from '../text.ts';

/** Rows of one kind that "Needs you" shows at most. */
const NEEDS_ROWS = 8;

/** What waits for the reader, how many are open, and where to start. */
export function HomePage() {
  const text = useText();
  const { me, staff, customer, reports } = useDesk();
  return (
    <div className="page home">
      <h1>{text('home.title', { name: me.name })}</h1>
      <div className="tiles">
        {/* Who may neither work nor answer has nothing that waits. */}
        {(staff || reports) && (
          <section className="tile wide" aria-labelledby="needs">
            <h2 id="needs">{text('home.needs')}</h2>
            {staff ? <YourWork /> : <YourTurn />}
          </section>
        )}
        <section className="tile" aria-labelledby="start">
          <h2 id="start">{text('home.start')}</h2>
          <ul className="starts">
            {reports && (
              <li>
                <Link to="/report">{text('home.start.report')}</Link>
              </li>
            )}
            <li>
              <Link to="/incidents" search={{ open: true }}>
                {text(customer ? 'home.start.ours' : 'home.start.queue')}
              </Link>
            </li>
            <li>
              <Link to="/dashboard">{text('home.start.dashboard')}</Link>
            </li>
          </ul>
        </section>
        <section className="tile" aria-labelledby="open">
          <h2 id="open">{text(customer ? 'home.open.customer' : 'home.open.staff')}</h2>
          <OpenCounts />
        </section>
      </div>
    </div>
  );
}

/** For staff: the open incidents that are theirs to work. */
function YourWork() {
  const { me, queries } = useDesk();
  const search: ListSearch = { open: true, assignee: 'me' };
  const needs = useQuery(queries.fewIncidents(apiFilter(search, me.id), ORDERS.due, NEEDS_ROWS));
  return (
    <Loaded of={needs} lines={2}>
      {(found) => <Needs groups={[{ found, search, what: 'home.do.work' }]} />}
    </Loaded>
  );
}

const QUESTIONS: ListSearch = { state: 'ON_HOLD', hold: 'CUSTOMER' };
const SOLUTIONS: ListSearch = { state: 'RESOLVED' };

/** For distributors and those who act for them: questions to answer and solutions to confirm. */
function YourTurn() {
  const { me, queries } = useDesk();
  const questions = useQuery(queries.fewIncidents(apiFilter(QUESTIONS, me.id), ORDERS.due, NEEDS_ROWS));
  const solutions = useQuery(queries.fewIncidents(apiFilter(SOLUTIONS, me.id), ORDERS.due, NEEDS_ROWS));
  return (
    <Loaded of={questions} lines={2}>
      {(asked) => (
        <Loaded of={solutions} lines={2}>
          {(solved) => (
            <Needs
              groups={[
                { found: asked, search: QUESTIONS, what: 'home.do.answer' },
                { found: solved, search: SOLUTIONS, what: 'home.do.confirm' },
              ]}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

/** Incidents that wait for the same of the reader, and the list that holds all of them. */
interface NeedsGroup {
  found: IncidentsQuery['incidents'];
  search: ListSearch;
  what: 'home.do.work' | 'home.do.answer' | 'home.do.confirm';
}

function Needs({ groups }: { groups: readonly NeedsGroup[] }) {
  const text = useText();
  if (groups.every(({ found }) => found.nodes.length === 0)) return <p className="quiet">{text('home.needs.none')}</p>;
  return (
    <>
      <ul className="needs">
        {groups.flatMap(({ found, what }) =>
          found.nodes.map((row) => (
            <li key={row.id}>
              <Link to="/incidents/$id" params={{ id: row.number }} search={{ open: true }}>
                {row.number}
              </Link>
              <span className="badges">
                <PriorityBadge priority={row.priority} /> <StateBadge incident={row} />
              </span>
              <span>
                {row.title} <span className="quiet">{text(what)}</span>
              </span>
              <Due dueAt={row.dueAt} breached={row.breached} />
            </li>
          )),
        )}
      </ul>
      {groups.map(
        ({ found, search, what }) =>
          found.totalCount > found.nodes.length && (
            <p key={what}>
              <Link to="/incidents" search={search}>
                {text('home.needs.all', { what: text(what), count: found.totalCount })}
              </Link>
            </p>
          ),
      )}
    </>
  );
}

function OpenCounts() {
  const text = useText();
  return (
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
  );
}
