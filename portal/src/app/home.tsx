import { Link } from '@tanstack/react-router';
import { useText } from '../text/text.ts';
import { Needs } from './needs.tsx';
import { alwaysShown, useNouns, type NavigationEntry } from './noun.ts';
import { useSession } from './session-context.ts';

/** What waits for the reader, where to start, and how things stand: each noun gives its part. */
export function HomePage() {
  const text = useText();
  const { me } = useSession();
  const parts = useNouns().flatMap(({ home }) => home ?? []);
  const starts = parts.flatMap(({ starts }) => starts ?? []);
  return (
    <div className="page home">
      <h1>{text('home.title', { name: me.name })}</h1>
      <div className="tiles">
        {parts.map(({ First }, index) => First && <First key={index} />)}
        <Needs />
        <section className="tile" aria-labelledby="start">
          <h2 id="start">{text('home.start')}</h2>
          <ul className="starts">
            {starts.map((entry) => (
              <Start key={entry.label} {...entry} />
            ))}
          </ul>
        </section>
        {parts.map(({ Summary }, index) => Summary && <Summary key={index} />)}
      </div>
    </div>
  );
}

function Start({ label, address, useShown = alwaysShown }: NavigationEntry) {
  const text = useText();
  if (!useShown()) return null;
  return (
    <li>
      <Link {...address}>{text(label)}</Link>
    </li>
  );
}
