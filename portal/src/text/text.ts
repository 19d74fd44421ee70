import { useMemo } from 'react';
import { useIntl, type IntlShape, type PrimitiveType } from 'react-intl';
import type { Language } from '../generated/api.ts';

/** The names of the texts of each folder. A folder that has texts adds its line by `declare module`; this one has none. */
export interface MessageSets {
  text: never;
}

/** The name of a text that the portal shows. */
export type MessageId = MessageSets[keyof MessageSets];

/** The locale that the browser formats with. */
export const LOCALES: Record<Language, string> = { EN: 'en-CA', FR: 'fr-CA' };

/** Gives texts in the reader's language, with values in them. */
export interface Text {
  (id: MessageId, values?: Record<string, PrimitiveType>): string;
  /** The word for a code of the API, such as a state; the code itself where the portal has no word for it. */
  word(group: string, code: string): string;
  /** True when the portal has a text of this name. */
  has(id: string): id is MessageId;
}

/** The function that gives texts in the reader's language. */
export function useText(): Text {
  const intl = useIntl();
  return useMemo(() => createText(intl), [intl]);
}

/** Gives the texts of a language. */
export function createText(intl: Pick<IntlShape, 'messages' | 'formatMessage'>): Text {
  const text = (id: MessageId, values?: Record<string, PrimitiveType>) => {
    const message = intl.messages[id];
    // What the build did not parse holds no values.
    return typeof message === 'string' ? message : intl.formatMessage({ id }, values);
  };
  const has = (id: string): id is MessageId => id in intl.messages;
  const word = (group: string, code: string) => {
    const id = `${group}.${code}`;
    return has(id) ? text(id) : code;
  };
  return Object.assign(text, { has, word });
}
