import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { useText } from '../text/text.ts';
import { Due } from './due.tsx';
import { useNouns, type NeededRecord } from './noun.ts';
import { useSession } from './session-context.ts';

/** What waits for the reader, of every noun. For a reader who can do nothing anywhere there is no such part. */
export function Needs() {
  const text = useText();
  const session = useSession();
  const needs = useNouns().flatMap(({ home }) => home?.needs?.(session) ?? []);
  const readings = useQueries({ queries: needs.map(({ query }) => query) });
  if (needs.length === 0) return null;
  const records = readings.flatMap(({ data }) => data?.nodes ?? []);
  const isNone = records.length === 0 && readings.every(({ data }) => data !== undefined);
  return (
    <section className="tile wide" aria-labelledby="needs">
      <h2 id="needs">{text('home.needs')}</h2>
      {isNone && <p className="quiet">{text('home.needs.none')}</p>}
      {records.length > 0 && (
        <ul className="needs">
          {records.map((record) => (
            <Row key={record.id} record={record} />
          ))}
        </ul>
      )}
      {needs.map(({ all }, index) => {
        const reading = readings[index];
        return (
          reading && (
            <Loaded key={all.label} of={reading} lines={1}>
              {({ hasMore }) =>
                hasMore && (
                  <p>
                    <Link {...all.address}>{text('home.needs.all', { what: text(all.label) })}</Link>
                  </p>
                )
              }
            </Loaded>
          )
        );
      })}
    </section>
  );
}

function Row({ record }: { record: NeededRecord }) {
  const text = useText();
  const { language } = useSession();
  const { number, title, address, badges, what, dueAt, breached } = record;
  return (
    <li>
      <Link {...address}>{number}</Link>
      <span className="badges">
        {badges.map(({ code, group, style = '' }) => (
          <span key={code} className={`badge ${style}`}>
            {group ? text.word(group, code) : code}
          </span>
        ))}
      </span>
      <span>
        {title[language]} <span className="quiet">{text(what)}</span>
      </span>
      <Due dueAt={dueAt} breached={breached} />
    </li>
  );
}
