import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { useText } from '../text/text.ts';
import { unreadQuery } from './queries.ts';

/** The API counts so far. */
const COUNT_MAX = 100;

/** How many notifications are unread; nothing where there are none, and while it is not known. */
export function Unread() {
  const text = useText();
  const inbox = useQuery(unreadQuery(useSession().api));
  const count = inbox.data?.unreadCount ?? 0;
  if (count === 0) return null;
  return <span className="badge">{text(count < COUNT_MAX ? 'inbox.unread' : 'inbox.unreadMany', { count })}</span>;
}
