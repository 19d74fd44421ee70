import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Due } from '../components/due.tsx';
import { Loaded } from '../components/loaded.tsx';
import { PriorityBadge, StateBadge } from '../components/state-badge.tsx';
import { useDesk } from '../desk.tsx';
import type { IncidentFilter, IncidentRowFragment } from '../generated/api.ts';
import { OPEN_STATES, ORDERS } from '../incident-filter.ts';
import { useTally } from '../tally.ts';
import { useText } from '../text.ts';

/** Rows that "Needs you" shows at most. */
const NEEDS_ROWS = 8;

/** What waits for the reader, how many are open, and where to start. */
export function HomePage() {
  const text = useText();
  const { me, staff } = useDesk();
  return (
    <div className="page home">
      <h1>{text('home.title', { name: me.name })}</h1>
      <div className="tiles">
        <section className="tile wide" aria-labelledby="needs">
          <h2 id="needs">{text('home.needs')}</h2>
          <NeedsYou />
        </section>
        <section className="tile" aria-labelledby="start">
          <h2 id="start">{text('home.start')}</h2>
          <ul className="starts">
            <li>
              <Link to="/report">{text('home.start.report')}</Link>
            </li>
            <li>
              <Link to="/incidents" search={{ open: true }}>
                {text(staff ? 'home.start.queue' : 'home.start.ours')}
              </Link>
            </li>
            <li>
              <Link to="/dashboard">{text('home.start.dashboard')}</Link>
            </li>
          </ul>
        </section>
        <section className="tile" aria-labelledby="open">
          <h2 id="open">{text(staff ? 'home.open.staff' : 'home.open.customer')}</h2>
          <OpenCounts />
        </section>
      </div>
    </div>
  );
}

function NeedsYou() {
  const text = useText();
  const { me, staff, queries } = useDesk();
  const filter: IncidentFilter = staff
    ? { assigneeId: [me.id], state: [...OPEN_STATES] }
    : { state: ['ON_HOLD', 'RESOLVED'] };
  const needs = useQuery(queries.fewIncidents(filter, ORDERS.due, NEEDS_ROWS));
  return (
    <Loaded of={needs} lines={2}>
      {({ nodes }) => {
        const rows = nodes.filter((row) => staff || row.state === 'RESOLVED' || row.hold?.reason === 'CUSTOMER');
        return rows.length === 0 ? <p className="quiet">{text('home.needs.none')}</p> : <Needs rows={rows} />;
      }}
    </Loaded>
  );
}

function Needs({ rows }: { rows: readonly IncidentRowFragment[] }) {
  const text = useText();
  const { staff } = useDesk();
  return (
    <ul className="needs">
      {rows.map((row) => (
        <li key={row.id}>
          <Link to="/incidents/$id" params={{ id: row.number }} search={{ open: true }}>
            {row.number}
          </Link>{' '}
          <PriorityBadge priority={row.priority} /> <StateBadge incident={row} /> <span>{row.title}</span>{' '}
          <span className="quiet">{text(whatToDo(row, staff))}</span> <Due dueAt={row.dueAt} breached={row.breached} />
        </li>
      ))}
    </ul>
  );
}

function whatToDo(row: IncidentRowFragment, staff: boolean) {
  if (staff) return 'home.do.work';
  return row.state === 'RESOLVED' ? 'home.do.confirm' : 'home.do.answer';
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
