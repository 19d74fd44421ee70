import type { Language } from '../generated/api.ts';

/** Something that the desk names in both languages. */
export interface Named {
  id: string;
  en: string;
  fr: string;
}

/** The name of an entry in the reader's language; its code when it is not known. */
export function nameOf(entries: readonly Named[], id: string, language: Language): string {
  const entry = entries.find((candidate) => candidate.id === id);
  return entry ? ownName(entry, language) : id;
}

/** The name in the reader's language. */
export function ownName({ en, fr }: Named, language: Language): string {
  return language === 'FR' ? fr : en;
}
