import { Link } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import type { CountsFragment } from '../generated/api.ts';
import { useLiveStatus } from '../live/feed-context.ts';
import { useText } from '../text/text.ts';
import { stateChoices } from './choices.ts';
import { OPEN_STATES, type ListSearch } from './filter.ts';
import { useTally } from './tally.ts';

/** The live tally of open incidents, on the dashboard. */
export function OpenIncidents() {
  return <Loaded of={useTally()}>{(tally) => <Tally tally={tally} />}</Loaded>;
}

function Tally({ tally }: { tally: CountsFragment }) {
  const text = useText();
  const { customer, format } = useSession();
  const live = useLiveStatus() === 'LIVE';
  const { open, unassigned, breached, byState, byPriority, asOf } = tally;
  return (
    <section aria-labelledby="open">
      <h2 id="open">{text('dashboard.title')}</h2>
      <p className="quiet">{text(live ? 'dashboard.asOf' : 'dashboard.asOf.old', { time: format.time(asOf) })}</p>
      <ul className="numbers" aria-label={text('dashboard.totals')}>
        <Total name={text('dashboard.open')} value={open} search={{ open: true }} />
        <Total name={text('dashboard.unassigned')} value={unassigned} search={{ open: true, unassigned: true }} />
        <Total
          name={text('dashboard.breached')}
          value={breached}
          search={{ open: true, breached: true }}
          alarm={breached > 0}
        />
      </ul>
      <div className="tiles">
        <Bars
          title={text('dashboard.byState')}
          bars={stateChoices(OPEN_STATES, customer, text).map(({ value, label }) => ({
            name: label,
            key: value,
            count: byState.reduce((sum, { state, count }) => sum + (value.split(',').includes(state) ? count : 0), 0),
            search: { state: value },
          }))}
        />
        <Bars
          title={text('dashboard.byPriority')}
          bars={byPriority.map(({ priority, count }) => ({
            name: text.word('priority', priority),
            key: priority,
            count,
            search: { open: true, priority },
          }))}
        />
      </div>
    </section>
  );
}

function Total({
  name,
  value,
  search,
  alarm = false,
}: {
  name: string;
  value: number;
  search: ListSearch;
  alarm?: boolean;
}) {
  const { format } = useSession();
  return (
    <li className={alarm ? 'alarm' : ''}>
      <Link to="/incidents" search={search}>
        <strong>{format.number(value)}</strong> {name}
      </Link>
    </li>
  );
}

interface Bar {
  name: string;
  key: string;
  count: number;
  search: ListSearch;
}

/** Numbers with bars beside them. The bars only repeat what the numbers say. */
function Bars({ title, bars }: { title: string; bars: Bar[] }) {
  const { format } = useSession();
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <section className="tile" aria-label={title}>
      <h3>{title}</h3>
      <ul className="bars">
        {bars.map(({ name, key, count, search }) => (
          <li key={key}>
            <Link to="/incidents" search={search}>
              <span>{name}</span> <strong>{format.number(count)}</strong>
            </Link>
            <span className="bar" aria-hidden="true">
              <span className={`fill-${key}`} style={{ inlineSize: `${(count / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
