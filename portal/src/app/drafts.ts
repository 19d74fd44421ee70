import type { Tab } from './tab.ts';

/** How many drafts one person keeps in a browser, those of all tabs together. The oldest gives way. */
export const DRAFTS_MAX = 100;

/** Something half-written in one tab: the values of a form by field, and how sending them twice has one effect. */
export interface Draft {
  values: Record<string, string>;
  /** What was sent last and may have been carried out, as text, and its key; null before that. */
  attempt: { sent: string; idempotencyKey: string } | null;
  /** When it was last touched, in milliseconds since 1970. */
  savedAt: number;
}

/** Drafts of one person in one tab, apart from the records they are about: no other write and no other tab can change them. */
export interface Drafts {
  /** The draft for a form that is about to be shown: this tab's, else the newest that a tab left which is gone; null for none. */
  open(name: string): Draft | null;
  /** This tab's draft, or null when there is none that can be read. */
  find(name: string): Draft | null;
  /** Keeps the values under a name. Values that are all empty end the draft. */
  save(name: string, values: Record<string, string>): void;
  /** The key to send these values with: the same at each attempt, another for other values and after the draft was dropped. */
  keyOf(name: string, values: Record<string, string>): string;
  /** Gives the next attempt another key, after an answer that says for sure that nothing was done. */
  renewKey(name: string): void;
  /** Ends a draft, when it was sent or thrown away. */
  drop(name: string): void;
}

/** What drafts need of a browser. `localStorage` is one. */
export interface DraftStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Drafts of one person in a storage. A storage that refuses (full, or switched off by the browser) costs the draft its
 * survival of a reload, never the reader's text on the page.
 */
export function createDrafts(
  storage: DraftStorage,
  options: { personId: string; tab: Pick<Tab, 'id' | 'lives'>; now: () => number; newKey: () => string },
): Drafts {
  const { tab } = options;
  const prefix = `desk.draft.${options.personId}.`;
  // A draft lives here too, so that a refusing storage still keeps it for the visit.
  const held = new Map<string, Draft>();
  const entryOf = (name: string) => `${name}:${tab.id}`;

  function read(entry: string): Draft | null {
    return held.get(entry) ?? parseDraft(attempt(() => storage.getItem(prefix + entry)) ?? null);
  }

  function put(entry: string, draft: Draft): void {
    held.set(entry, draft);
    attempt(() => {
      storage.setItem(prefix + entry, JSON.stringify(draft));
    });
    for (const surplus of entries().slice(DRAFTS_MAX)) remove(surplus);
  }

  function remove(entry: string): void {
    held.delete(entry);
    attempt(() => {
      storage.removeItem(prefix + entry);
    });
  }

  /** Those of all tabs, the newest first. */
  function entries(): string[] {
    const stored = attempt(() => storedEntries(storage, prefix)) ?? [];
    const all = [...new Set([...stored, ...held.keys()])];
    return all.sort((first, second) => (read(second)?.savedAt ?? 0) - (read(first)?.savedAt ?? 0));
  }

  /** Takes the newest draft of the form whose tab is gone. */
  function adopt(name: string): Draft | null {
    for (const entry of entries()) {
      const [form, tabId = ''] = entry.split(':');
      const draft = form === name && !tab.lives(tabId) ? read(entry) : null;
      if (!draft) continue;
      remove(entry);
      put(entryOf(name), draft);
      return draft;
    }
    return null;
  }

  return {
    open: (name) => read(entryOf(name)) ?? adopt(name),
    find: (name) => read(entryOf(name)),
    drop: (name) => remove(entryOf(name)),
    save(name, values) {
      const entry = entryOf(name);
      if (Object.values(values).every((value) => value.trim() === '')) return remove(entry);
      put(entry, { values, attempt: read(entry)?.attempt ?? null, savedAt: options.now() });
    },
    keyOf(name, values) {
      const entry = entryOf(name);
      const draft = read(entry);
      const sent = JSON.stringify(values);
      if (draft?.attempt?.sent === sent) return draft.attempt.idempotencyKey;
      const idempotencyKey = options.newKey();
      const sending = { values: {}, savedAt: options.now(), ...draft, attempt: { sent, idempotencyKey } };
      // A form in which nothing was typed has an attempt, but no draft that could outlive the page.
      if (draft) put(entry, sending);
      else held.set(entry, sending);
      return idempotencyKey;
    },
    renewKey(name) {
      const draft = read(entryOf(name));
      if (draft) put(entryOf(name), { ...draft, attempt: null });
    },
  };
}

/** A key that nobody else has, from 16 random bytes. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function storedEntries(storage: DraftStorage, prefix: string): string[] {
  const entries: string[] = [];
  for (let index = 0; index < storage.length; index += 1) {
    const key = storage.key(index);
    if (key?.startsWith(prefix)) entries.push(key.slice(prefix.length));
  }
  return entries;
}

function parseDraft(text: string | null): Draft | null {
  if (!text) return null;
  const parsed = attempt(() => JSON.parse(text) as Partial<Draft> | null);
  if (!parsed || typeof parsed.values !== 'object') return null;
  return { values: parsed.values, attempt: parsed.attempt ?? null, savedAt: parsed.savedAt ?? 0 };
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
