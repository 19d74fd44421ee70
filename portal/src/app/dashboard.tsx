import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Loaded } from '../api/loaded.tsx';
import { useLiveStatus } from '../live/feed-context.ts';
import { useText } from '../text/text.ts';
import { useNouns, type Figure } from './noun.ts';
import { useNow } from './now.ts';
import { useSession } from './session-context.ts';

/** How things stand, live: each noun gives its part. Every number leads to the list it counts. */
export function DashboardPage() {
  const text = useText();
  const session = useSession();
  const now = useNow();
  const live = useLiveStatus() === 'LIVE';
  const parts = useNouns().flatMap(({ dashboard }) => dashboard ?? []);
  const figures = parts.flatMap(({ figures }) => figures?.(session, now) ?? []);
  return (
    <div className={live ? 'page dashboard' : 'page dashboard old'}>
      <h1>{text('nav.dashboard')}</h1>
      <ul className="numbers" aria-label={text('dashboard.figures')}>
        {figures.map((figure) => (
          <Counted key={figure.label} {...figure} />
        ))}
      </ul>
      {parts.map(({ Part }, index) => Part && <Part key={index} />)}
    </div>
  );
}

function Counted({ label, address, query, alarm = false }: Figure) {
  const text = useText();
  const { format } = useSession();
  const counted = useQuery(query);
  return (
    <li className={alarm && counted.data ? 'alarm' : ''}>
      <Loaded of={counted} lines={1}>
        {(count) => (
          <Link {...address}>
            <strong>{count === null ? '–' : format.number(count)}</strong> {text(label)}
          </Link>
        )}
      </Loaded>
    </li>
  );
}
