import { useMemo, type ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import type { Language } from '../generated/api.ts';
import { LOCALES } from './text.ts';

/** The texts of pages in both languages, in ICU form. The build parses them. */
export type PageMessages = Readonly<Record<Language, Readonly<Record<string, string>>>>;

/** Adds texts that come with a page, behind the first load, to those of the portal. */
export function PageTexts({ messages, children }: { messages: PageMessages; children: ReactNode }) {
  const { locale, messages: known } = useIntl();
  const own = messages[locale === LOCALES.FR ? 'FR' : 'EN'];
  const all = useMemo(() => ({ ...known, ...own }), [known, own]);
  return (
    <IntlProvider locale={locale} defaultLocale={locale} messages={all as Record<string, string>}>
      {children}
    </IntlProvider>
  );
}
