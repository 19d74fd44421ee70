import { Outlet, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { IncidentList } from '../components/incident-list.tsx';
import { ListFilter, Views } from '../components/list-filter.tsx';
import { useLiveRows } from '../components/live-rows.ts';
import { readSearch } from '../incident-filter.ts';
import { useText } from '../text.ts';

/** The live list, and beside it the incident that is open. */
export function IncidentsPage() {
  const text = useText();
  const search = readSearch(useSearch({ strict: false }));
  const { id } = useParams({ strict: false });
  const rows = useLiveRows(search);
  const openNumber = id ?? null;
  // The open incident is the page's subject; without one the list is.
  const Heading = openNumber ? 'h2' : 'h1';
  // Back in the list, the keyboard goes on from the row that was open.
  const before = useRef(openNumber);
  useEffect(() => {
    if (before.current && !openNumber) document.querySelector<HTMLElement>(`a[data-row="${before.current}"]`)?.focus();
    before.current = openNumber;
  }, [openNumber]);
  return (
    <div className={openNumber ? 'split' : 'split list-only'}>
      <section className="list-pane" aria-label={text('list.label')}>
        <Heading>{text('incidents.title')}</Heading>
        <Views search={search} />
        <ListFilter search={search} />
        <IncidentList {...{ rows, search, openNumber }} />
      </section>
      {openNumber && (
        <section className="record-pane" aria-label={text('incident.label')}>
          <Outlet />
        </section>
      )}
    </div>
  );
}
