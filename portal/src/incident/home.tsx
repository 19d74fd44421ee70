import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import type { IncidentsQuery } from '../generated/api.ts';
import { useText } from '../text/text.ts';
import { Due } from './due.tsx';
import { apiFilter, ORDERS, type ListSearch } from './filter.ts';
import { fewIncidentsQuery } from './queries.ts';
import { useReportOffered } from './rights.ts';
import { PriorityBadge, StateBadge } from './state-badge.tsx';
import { useTally } from './tally.ts';

/** Rows of one kind that "Needs you" shows at most. */
const NEEDS_ROWS = 8;

/** What waits for the reader on the home page. Whoever may neither work nor answer has nothing that waits. */
export function Needs() {
  const text = useText();
  const { staff } = useSession();
  const reports = useReportOffered();
  if (!staff && !reports) return null;
  return (
    <section className="tile wide" aria-labelledby="needs">
      <h2 id="needs">{text('home.needs')}</h2>
      {staff ? <YourWork /> : <YourTurn />}
    </section>
  );
}

/** For staff: the open incidents that are theirs to work. */
function YourWork() {
  const work = useQuery(useNeedsQuery(WORK));
  return (
    <Loaded of={work} lines={2}>
      {(found) => <Groups groups={[{ found, search: WORK, what: 'home.do.work' }]} />}
    </Loaded>
  );
}

const WORK: ListSearch = { open: true, assignee: 'me' };
const QUESTIONS: ListSearch = { state: 'ON_HOLD', hold: 'CUSTOMER' };
const SOLUTIONS: ListSearch = { state: 'RESOLVED' };

/** For distributors and those who act for them: questions to answer and solutions to confirm. */
function YourTurn() {
  const questions = useQuery(useNeedsQuery(QUESTIONS));
  const solutions = useQuery(useNeedsQuery(SOLUTIONS));
  return (
    <Loaded of={questions} lines={2}>
      {(asked) => (
        <Loaded of={solutions} lines={2}>
          {(solved) => (
            <Groups
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

function useNeedsQuery(search: ListSearch) {
  const { me, api } = useSession();
  return fewIncidentsQuery(api, { filter: apiFilter(search, me.id), orderBy: ORDERS.due, first: NEEDS_ROWS });
}

/** Incidents that wait for the same of the reader, and the list that holds all of them. */
interface NeedsGroup {
  found: NonNullable<IncidentsQuery['incidents']>;
  search: ListSearch;
  what: 'home.do.work' | 'home.do.answer' | 'home.do.confirm';
}

function Groups({ groups }: { groups: readonly NeedsGroup[] }) {
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
          found.pageInfo.hasNextPage && (
            <p key={what}>
              <Link to="/incidents" search={search}>
                {found.totalCount === null
                  ? text('home.needs.all.uncounted', { what: text(what) })
                  : text('home.needs.all', { what: text(what), count: found.totalCount })}
              </Link>
            </p>
          ),
      )}
    </>
  );
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
