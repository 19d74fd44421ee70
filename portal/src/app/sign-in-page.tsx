import { useEffect } from 'react';
import { useIntl } from 'react-intl';
import { useText } from '../text/text.ts';
import { LanguageSwitch } from './language-switch.tsx';
import { hereAndNow, signInAddress, type SignedOut } from './sign-in.ts';

const SUSPENDED = { PRINCIPAL: 'signIn.suspended', ORGANIZATION: 'signIn.suspended.organization' } as const;

/** Stands in the place of any page while nobody is signed in, and leads back to that page. */
export function SignInPage({ signedOut, ended }: { signedOut: SignedOut; ended: boolean }) {
  const text = useText();
  const french = useIntl().locale.startsWith('fr');
  useEffect(() => {
    document.title = [text('signIn.title'), text('name')].join(' – ');
  });
  const here = hereAndNow();
  const { reason } = signedOut;
  return (
    <>
      <header className="top">
        <span className="word-mark">{text('name')}</span>
        <LanguageSwitch />
      </header>
      <main id="main" className="page narrow sign-in">
        <h1>{text('signIn.title')}</h1>
        <p>{text(reason ? SUSPENDED[reason] : ended ? 'signIn.ended' : 'signIn.intro')}</p>
        <p>
          <a className="button-link" href={signInAddress(here)}>
            {text('signIn.button')}
          </a>
        </p>
        {signedOut.demo && signedOut.demo.length > 0 && (
          <section aria-labelledby="demo">
            <h2 id="demo">{text('signIn.demo')}</h2>
            <p className="quiet">{text('signIn.demo.hint')}</p>
            <ul className="demo-people">
              {signedOut.demo.map((person) => (
                <li key={person.login}>
                  <a href={signInAddress(here, person.login)}>
                    <strong>{text('signIn.continue', { name: person.name })}</strong>
                    <span>{french ? person.role_fr : person.role_en}</span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        )}
      </main>
    </>
  );
}
