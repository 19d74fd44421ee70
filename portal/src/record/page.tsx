import './page.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Loaded } from '../api/loaded.tsx';
import { useCommand } from '../app/commands.ts';
import { ariaKeys, RECORD_KEYS } from '../app/keys.ts';
import { NotFoundPage } from '../app/not-found.tsx';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { Follow } from './follow.tsx';
import { History } from './history.tsx';
import type { PageRecord, RecordNoun, RecordPart } from './noun.ts';
import { recordQuery } from './queries.ts';

/** The parts of a record's page that are the noun's own. */
interface PageParts<Rec extends PageRecord> {
  noun: RecordNoun<Rec>;
  /** How it stands, behind the title. */
  Badges: RecordPart<Rec>;
  /** What can be done with it. */
  Actions: RecordPart<Rec>;
  /** Everything else, but for the history. */
  Body: RecordPart<Rec>;
}

/** The page of the record that the address names: what it is, what can be done, what happened. */
export function RecordPage<Rec extends PageRecord>(parts: PageParts<Rec>) {
  const { noun } = parts;
  const { id = '' } = useParams({ strict: false });
  const navigate = useNavigate();
  const record = useQuery(recordQuery(noun, useSession().api, id));
  useCommand(RECORD_KEYS.back, () => void navigate(noun.list));
  return (
    <Loaded of={record} lines={8}>
      {/* A record one may not see answers like one that is not there. */}
      {(found) => (found ? <OpenRecord key={found.id} {...parts} record={found} /> : <NotFoundPage />)}
    </Loaded>
  );
}

function OpenRecord<Rec extends PageRecord>(props: PageParts<Rec> & { record: Rec }) {
  const { noun, record, Badges, Actions, Body } = props;
  const text = useText();
  const { customer, language } = useSession();
  const title = useRef<HTMLHeadingElement>(null);
  const [historyShown, setHistoryShown] = useState(false);
  useCommand(RECORD_KEYS.history, () => setHistoryShown((shown) => !shown));
  // The reader came to read this: keyboard and screen reader start at its title.
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  return (
    <article className="record" aria-labelledby="record-title">
      <header>
        <Link {...noun.list} className="back" aria-keyshortcuts={ariaKeys(RECORD_KEYS.back)}>
          <span aria-hidden="true">← </span>
          {text('record.back')}
        </Link>
        <h1 id="record-title" ref={title} tabIndex={-1}>
          <span className="number">{record.number}</span> {noun.titleOf?.(record, language) ?? record.title}
        </h1>
        <p className="badges">
          <Badges record={record} />
          {!customer && <span className="quiet">{text('record.version', { version: record.version })}</span>}
          <Follow recordId={record.id} />
        </p>
        <Actions record={record} />
      </header>
      <Body record={record} />
      <section>
        <h2>
          <button
            type="button"
            className="plain disclosure"
            aria-expanded={historyShown}
            aria-keyshortcuts={ariaKeys(RECORD_KEYS.history)}
            onClick={() => setHistoryShown(!historyShown)}
          >
            {text('history.title')}
          </button>
        </h2>
        {historyShown && <History noun={noun} id={record.number} />}
      </section>
    </article>
  );
}
