import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../api/loaded.tsx';
import { useSession } from '../app/session-context.ts';
import type { ActorRefFragment, CommentTextFragment, NoteTextFragment } from '../generated/api.ts';
import { actorName } from '../person/actor.ts';
import { useText } from '../text/text.ts';
import { MessageBoxes } from './message-boxes.tsx';
import type { MessagePage, PageRecord, RecordNoun } from './noun.ts';
import { commentsQuery, MESSAGES_LAST, MESSAGES_MAX, notesQuery } from './queries.ts';

interface Message {
  id: string;
  text: string;
  createdAt: string;
  author: ActorRefFragment;
  kind: 'customer' | 'sme' | 'note';
}

/** What was said about a record, oldest first, and where people write. Internal notes stand among the comments, marked in words and colour. */
export function Conversation<Rec extends PageRecord>({ noun, record }: { noun: RecordNoun<Rec>; record: Rec }) {
  const text = useText();
  const { api, staff } = useSession();
  const [last, setLast] = useState(MESSAGES_LAST);
  const about = { id: record.number, last };
  const comments = useQuery(commentsQuery(noun, api, about));
  const notes = useQuery({ ...notesQuery(noun, api, about), enabled: staff && noun.notes !== undefined });
  const more = last < MESSAGES_MAX ? () => setLast(MESSAGES_MAX) : null;
  return (
    <>
      <section>
        <h2>{text('conversation.title')}</h2>
        <Loaded of={comments}>
          {(said) =>
            staff && noun.notes ? (
              <Loaded of={notes}>{(noted) => <Messages {...{ said, noted, more }} />}</Loaded>
            ) : (
              <Messages {...{ said, more }} noted={null} />
            )
          }
        </Loaded>
      </section>
      <MessageBoxes noun={noun} record={record} />
    </>
  );
}

function Messages(props: {
  said: MessagePage<CommentTextFragment>;
  noted: MessagePage<NoteTextFragment>;
  more: (() => void) | null;
}) {
  const { said, noted, more } = props;
  const text = useText();
  const { format } = useSession();
  const messages: Message[] = [
    ...(said?.nodes ?? []).map((comment) => ({ ...comment, kind: comment.fromSme ? 'sme' : 'customer' }) as const),
    ...(noted?.nodes ?? []).map((note) => ({ ...note, kind: 'note' }) as const),
  ].sort((first, second) => (first.createdAt < second.createdAt ? -1 : first.createdAt > second.createdAt ? 1 : 0));
  const pages = [said, noted].filter((page) => page !== null);
  const counted = pages.every(({ totalCount }) => totalCount !== null);
  const older = pages.reduce((count, { totalCount }) => count + (totalCount ?? 0), -messages.length);
  if (messages.length === 0) return <p className="quiet">{text('conversation.empty')}</p>;
  return (
    <>
      {pages.some(({ pageInfo }) => pageInfo.hasPreviousPage) && (
        <p className="quiet">
          {counted ? text('conversation.older', { count: older }) : text('conversation.older.some')}{' '}
          {more && (
            <button type="button" className="plain" onClick={more}>
              {text('conversation.more')}
            </button>
          )}
        </p>
      )}
      <ol className="conversation">
        {messages.map((message) => (
          <li key={message.id} className={`message ${message.kind}`}>
            <p className="message-head">
              {message.kind === 'note' && <strong className="badge internal">{text('note.badge')}</strong>}{' '}
              <strong>{actorName(message.author, text)}</strong>{' '}
              {message.kind === 'sme' && <span className="badge">{text('conversation.sme')}</span>}{' '}
              <time dateTime={message.createdAt} className="quiet">
                {format.time(message.createdAt)}
              </time>
            </p>
            <p className="message-text">{message.text}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
