import { useEffect, useState } from 'react';
import type { Language } from '../generated/api.ts';
import type en from './messages.en.json';

declare module '../text/text.ts' {
  interface MessageSets {
    app: keyof typeof en;
  }
}

/** The texts of a language, in ICU form. The build parses them. */
export interface Texts {
  language: Language;
  messages: Readonly<Record<string, string>>;
}

const LOADERS: Readonly<Record<Language, () => Promise<{ default: Readonly<Record<string, string>> }>>> = {
  EN: () => import('./messages.en.ts'),
  FR: () => import('./messages.fr.ts'),
};

/**
 * The texts of the reader's language; null while the first ones are on their way. Those before stay until the next ones came. The other
 * language is loaded behind the first, so that the reader can change it while the line is down.
 */
export function useTexts(language: Language): Texts | null {
  const [texts, setTexts] = useState<Texts | null>(null);
  useEffect(() => {
    let wanted = true;
    const load = async () => {
      const { default: messages } = await LOADERS[language]();
      if (wanted) setTexts({ language, messages });
      await LOADERS[language === 'EN' ? 'FR' : 'EN']();
    };
    // A file that did not come is asked for again with the next page: what is shown stays.
    load().catch((error: unknown) => console.warn(error));
    return () => {
      wanted = false;
    };
  }, [language]);
  return texts;
}
