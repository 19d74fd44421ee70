import { useIntl } from 'react-intl';
import { prefer } from './preferences.ts';

/** Switches the whole page to the other language; what was typed stays. Its own words are in the language it leads to. */
export function LanguageSwitch() {
  const french = useIntl().locale.startsWith('fr');
  return (
    <button
      type="button"
      className="plain language"
      lang={french ? 'en' : 'fr'}
      onClick={() => prefer({ language: french ? 'EN' : 'FR' })}
    >
      {french ? 'English' : 'Français'}
    </button>
  );
}
