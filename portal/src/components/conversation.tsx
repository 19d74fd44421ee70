import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MESSAGES_LAST, MESSAGES_MAX } from '../api/queries.ts';
import { useDesk } from '../desk.tsx';
import type { ActorRefFragment, CommentTextFragment, NoteTextFragment } from '../generated/api.ts';
import { useText } from '../text.ts';
import { actorName } from './actor.ts';
import { Loaded } from './loaded.tsx';

interface Message {
  id: string;
  text: string;
  at: string;
  author: ActorRefFragment;
  kind: 'customer' | 'sme' | 'note';
}

/** What was said about an incident, oldest first. Internal notes stand among the comments, marked in words and colour. */
export function Conversation({ id }: { id: string }) {
  const { queries, staff } = useDesk();
  const [last, setLast] = useState(MESSAGES_LAST);
  const comments = useQuery(queries.comments(id, last));
  const notes = useQuery({ ...queries.notes(id, last), enabled: staff });
  const more = last < MESSAGES_MAX ? () => setLast(MESSAGES_MAX) : null;
  return (
    <Loaded of={comments}>
      {(said) =>
        staff ? (
          <Loaded of={notes}>{(noted) => <Messages {...{ said, noted, more }} />}</Loaded>
        ) : (
          <Messages {...{ said, more }} noted={null} />
        )
      }
    </Loaded>
  );
}

interface Page<Writing> {
  nodes: Writing[];
  totalCount: number;
}

function Messages(props: {
  said: Page<CommentTextFragment> | null;
  noted: Page<NoteTextFragment> | null;
  more: (() => void) | null;
}) {
  const { said, noted, more } = props;
  const text = useText();
  const { format } = useDesk();
  const messages: Message[] = [
    ...(said?.nodes ?? []).map((comment) => ({ ...comment, kind: comment.fromSme ? 'sme' : 'customer' }) as const),
    ...(noted?.nodes ?? []).map((note) => ({ ...note, kind: 'note' }) as const),
  ].sort((first, second) => (first.at < second.at ? -1 : first.at > second.at ? 1 : 0));
  const older = (said?.totalCount ?? 0) + (noted?.totalCount ?? 0) - messages.length;
  if (messages.length === 0) return <p className="quiet">{text('conversation.empty')}</p>;
  return (
    <>
      {older > 0 && (
        <p className="quiet">
          {text('conversation.older', { count: older })}{' '}
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
