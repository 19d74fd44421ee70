import type { ReactNode } from 'react';
import { useText } from '../text/text.ts';
import { useNouns } from './noun.ts';

/** The frame of a page while it is not known yet who reads it: the name, and where to go. The shell takes its place. */
export function Frame({ children }: { children: ReactNode }) {
  const text = useText();
  const entries = useNouns().flatMap(({ navigation }) => navigation ?? []);
  return (
    <>
      <header className="top">
        <a href="/" className="word-mark">
          {text('name')}
        </a>
      </header>
      <nav className="main-nav" aria-label={text('nav.label')}>
        <a href="/">{text('nav.home')}</a>
        {entries
          .filter(({ useShown }) => !useShown)
          .map(({ label, address }) => (
            <a key={label} href={address.to}>
              {text(label)}
            </a>
          ))}
      </nav>
      <main id="main">{children}</main>
    </>
  );
}
