import { useIntl, type PrimitiveType } from 'react-intl';
import type { Language } from './generated/api.ts';
import en from './messages/en.json';
import fr from './messages/fr.json';

/** The name of a text that the portal shows. */
export type MessageId = keyof typeof en;

/** Every text by language, in ICU form. */
export const MESSAGES: Record<Language, Record<MessageId, string>> = { EN: en, FR: fr };

/** The locale that the browser formats with. */
export const LOCALES: Record<Language, string> = { EN: 'en-CA', FR: 'fr-CA' };

/** A text in the reader's language, with values in it. */
export type Text = (id: MessageId, values?: Record<string, PrimitiveType>) => string;

/** The function that gives texts in the reader's language. */
export function useText(): Text {
  const intl = useIntl();
  return (id, values) => String(intl.formatMessage({ id }, values));
}

/** The name of a text whose last part comes from the API, such as a state. Null when the portal has no word for it. */
export function findMessage(id: string): MessageId | null {
  return id in en ? (id as MessageId) : null;
}

/** The text for a code of the API, or the code itself where the portal has no word for it. */
export function wordFor(text: Text, group: string, code: string): string {
  const id = findMessage(`${group}.${code}`);
  return id ? text(id) : code;
}
