import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { Failure } from '../api/failure.tsx';
import { Loaded } from '../api/loaded.tsx';
import { newIdempotencyKey } from '../app/drafts.ts';
import { useSession } from '../app/session-context.ts';
import { MarkAllNotificationsReadDocument, MarkNotificationReadDocument } from '../generated/api.ts';
import { actorName } from '../person/actor.ts';
import { useText } from '../text/text.ts';
import { notificationsQuery, refreshInbox, type NotificationRow } from './queries.ts';
import { deedOf, recordOf } from './sentence.ts';

/** What the reader was told: what is unread first, everything on demand. */
export function InboxPage() {
  const text = useText();
  const { all = false } = useSearch({ from: '/inbox' });
  const { api } = useSession();
  const notifications = useInfiniteQuery(notificationsQuery(api, all));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = notifications;
  return (
    <div className="page narrow">
      <h1>{text('nav.inbox')}</h1>
      <nav aria-label={text('inbox.which')} className="views">
        <Link to="/inbox" search={{}} activeOptions={{ exact: true, includeSearch: true }}>
          {text('inbox.onlyUnread')}
        </Link>
        <Link to="/inbox" search={{ all: true }} activeOptions={{ exact: true, includeSearch: true }}>
          {text('inbox.all')}
        </Link>
      </nav>
      <p>
        <Link to="/following">{text('nav.following')}</Link>
      </p>
      <Loaded of={notifications} lines={6}>
        {({ pages }) => <Rows rows={pages.flatMap(({ nodes }) => nodes)} all={all} />}
      </Loaded>
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {text('inbox.earlier')}
        </Button>
      )}
    </div>
  );
}

function Rows({ rows, all }: { rows: readonly NotificationRow[]; all: boolean }) {
  const text = useText();
  if (rows.length === 0) return <p>{text(all ? 'inbox.empty' : 'inbox.nothingUnread')}</p>;
  const newest = rows[0];
  return (
    <>
      {newest && rows.some(({ readAt }) => readAt === null) && <MarkAll upTo={newest.createdAt} />}
      <ul className="starts">
        {rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </ul>
    </>
  );
}

function MarkAll({ upTo }: { upTo: string }) {
  const text = useText();
  const { api } = useSession();
  const queryClient = useQueryClient();
  const mark = useMutation({
    // What arrived since stays unread: the reader has not seen it.
    mutationFn: () => api.write(MarkAllNotificationsReadDocument, { upTo, idempotencyKey: newIdempotencyKey() }),
    onSettled: () => refreshInbox(queryClient),
  });
  return (
    <>
      <Button
        variant="default"
        loading={mark.isPending}
        onClick={() => {
          focusPage();
          mark.mutate();
        }}
      >
        {text('inbox.markAll')}
      </Button>
      {mark.error && <Failure error={mark.error} retry={() => mark.mutate()} />}
    </>
  );
}

function Row({ row }: { row: NotificationRow }) {
  const text = useText();
  const { api, format, language } = useSession();
  const queryClient = useQueryClient();
  const mark = useMutation({
    mutationFn: () => api.write(MarkNotificationReadDocument, { id: row.id, idempotencyKey: newIdempotencyKey() }),
    onSettled: () => refreshInbox(queryClient),
  });
  const record = recordOf(row, language);
  const isUnread = row.readAt === null;
  const name = record && [record.number, record.title].filter(Boolean).join(' ');
  return (
    <li>
      {record ? (
        <Link {...record.address} onClick={() => isUnread && mark.mutate()}>
          {isUnread ? <strong>{name}</strong> : name}
        </Link>
      ) : (
        text('inbox.recordGone')
      )}
      <div>
        {row.severity !== 'INFO' && <span className="badge">{text.word('notification.severity', row.severity)}</span>}{' '}
        {deedOf(row, text)}{' '}
        <span className="quiet">
          {row.actor ? text('inbox.by', { name: actorName(row.actor, text) }) : null} <time>{format.time(row.at)}</time>
        </span>{' '}
        {isUnread && (
          <button
            type="button"
            className="plain"
            aria-label={text('inbox.markReadOf', { name: name ?? text('inbox.recordGone') })}
            data-mark
            onClick={(event) => {
              focusNextMark(event.currentTarget);
              if (!mark.isPending) mark.mutate();
            }}
          >
            {text('inbox.markRead')}
          </button>
        )}
      </div>
      {mark.error && <Failure error={mark.error} retry={() => mark.mutate()} />}
    </li>
  );
}

/** Moves the keyboard on before a button goes with what it marked: to the next one, the one before the last, or the page. */
function focusNextMark(from: HTMLElement): void {
  const marks = [...document.querySelectorAll<HTMLElement>('button[data-mark]')];
  const place = marks.indexOf(from);
  const next = marks[place + 1] ?? marks[place - 1];
  if (next) next.focus();
  else focusPage();
}

function focusPage(): void {
  document.getElementById('main')?.focus({ preventScroll: true });
}
