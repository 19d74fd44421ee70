import { useMediaQuery } from '@mantine/hooks';
import { Outlet, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { IncidentList } from '../components/incident-list.tsx';
import { ListFilter, Views } from '../components/list-filter.tsx';
import { useLiveRows } from '../components/live-rows.ts';
import { readSearch } from '../incident-filter.ts';
import { useText } from '../text.ts';

/** One thing at a time on a screen of this width: `styles/narrow.css` has the same. */
const NARROW = '(max-width: 60rem)';

/** The live list, and beside it the incident that is open. On a narrow screen the open incident stands alone. */
export function IncidentsPage() {
  const text = useText();
  const { id } = useParams({ strict: false });
  const openNumber = id ?? null;
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const [seen, setSeen] = useState(openNumber);
  const [returnTo, setReturnTo] = useState<string | null>(null);
  if (seen !== openNumber) {
    setSeen(openNumber);
    setReturnTo(openNumber ? null : seen);
  }
  return (
    <div className={openNumber ? 'split' : 'split list-only'}>
      {!(openNumber && narrow) && <ListPane {...{ openNumber, returnTo }} />}
      {openNumber && (
        <section className="record-pane" aria-label={text('incident.label')}>
          <Outlet />
        </section>
      )}
    </div>
  );
}

function ListPane({ openNumber, returnTo }: { openNumber: string | null; returnTo: string | null }) {
  const text = useText();
  const search = readSearch(useSearch({ strict: false }));
  const rows = useLiveRows(search);
  const loaded = rows.list !== null;
  // The open incident is the page's subject; without one the list is.
  const Heading = openNumber ? 'h2' : 'h1';
  // Back in the list, the keyboard goes on from the row that was open, unless it is somewhere by now.
  useEffect(() => {
    if (!returnTo || !loaded || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`a[data-row="${returnTo}"]`)?.focus();
  }, [returnTo, loaded]);
  return (
    <section className="list-pane" aria-label={text('list.label')}>
      <Heading>{text('incidents.title')}</Heading>
      <Views search={search} />
      <ListFilter search={search} />
      <IncidentList {...{ rows, search, openNumber }} />
    </section>
  );
}
