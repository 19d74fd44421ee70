import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { createAnnouncer, type Announcer } from './announcer.ts';

type Announce = Announcer['announce'];

const AnnouncerContext = createContext<Announce | null>(null);

/** The function that says something to people who do not see the page. */
export function useAnnounce(): Announce {
  const announce = use(AnnouncerContext);
  if (!announce) throw new Error('useAnnounce works within an AnnouncerProvider.');
  return announce;
}

/** Holds the region that a screen reader reads out, for everything within. */
export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const { locale } = useIntl();
  const [said, setSaid] = useState('');
  const [saidIn, setSaidIn] = useState(locale);
  if (saidIn !== locale) {
    // What was announced is over, and was said in the other language.
    setSaidIn(locale);
    setSaid('');
  }
  const [announcer] = useState(() => createAnnouncer({ say: setSaid, now: Date.now, later }));
  useEffect(() => () => announcer.stop(), [announcer, locale]);
  return (
    <AnnouncerContext value={announcer.announce}>
      {children}
      <div className="hidden-words" aria-live="polite" aria-atomic="true">
        {said}
      </div>
    </AnnouncerContext>
  );
}

function later(action: () => void, ms: number): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
