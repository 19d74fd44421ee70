import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MESSAGES_LAST, MESSAGES_MAX } from '../api/queries.ts';
import { useDesk } from '../desk.tsx';
import type { ActorRefFragment } from '../generated/api.ts';
import { useText } from '../text.ts';
import { actorName } from './actor.ts';
import { Failure } from './failure.tsx';
import { Waiting } from './waiting.tsx';

interface Message {
  id: string;
  text: string;
  at: string;
  author: ActorRefFragment;
  kind: 'customer' | 'sme' | 'note';
}

/** What was said about an incident, oldest first. Internal notes stand among the comments, marked in words and colour. */
export function Conversation({ id }: { id: string }) {
  const text = useText();
  const { format, queries, readsNotes } = useDesk();
  const [last, setLast] = useState(MESSAGES_LAST);
  const comments = useQuery(queries.comments(id, last));
  const notes = useQuery({ ...queries.notes(id, last), enabled: readsNotes });
  const failed = comments.error ?? notes.error;
  if (failed) {
    return (
      <Failure error={failed} retry={() => void Promise.all([comments.refetch(), readsNotes && notes.refetch()])} />
    );
  }
  if (comments.data === undefined || (readsNotes && notes.data === undefined)) return <Waiting />;
  const messages: Message[] = [
    ...(comments.data?.nodes ?? []).map(
      (comment) => ({ ...comment, kind: comment.fromSme ? 'sme' : 'customer' }) as const,
    ),
    ...(notes.data?.nodes ?? []).map((note) => ({ ...note, kind: 'note' }) as const),
  ].sort((first, second) => (first.at < second.at ? -1 : first.at > second.at ? 1 : 0));
  const older = (comments.data?.totalCount ?? 0) + (notes.data?.totalCount ?? 0) - messages.length;
  if (messages.length === 0) return <p className="quiet">{text('conversation.empty')}</p>;
  return (
    <>
      {older > 0 && (
        <p className="quiet">
          {text('conversation.older', { count: older })}{' '}
          {last < MESSAGES_MAX && (
            <button type="button" className="plain" onClick={() => setLast(MESSAGES_MAX)}>
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
              <time dateTime={message.at} className="quiet">
                {format.time(message.at)}
              </time>
            </p>
            <p className="message-text">{message.text}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
