/** How many drafts one person keeps in a browser. The oldest gives way. */
export const DRAFTS_MAX = 100;

/** Something half-written: the values of a form by field, and the key that makes sending it twice have one effect. */
export interface Draft {
  values: Record<string, string>;
  idempotencyKey: string;
  /** When it was last touched, in milliseconds since 1970. */
  savedAt: number;
}

/** Drafts of one person, apart from the records they are about: no other write can change them. */
export interface Drafts {
  /** The draft, or null when there is none that can be read. */
  find(name: string): Draft | null;
  /** Keeps the values under a name. Values that are all empty end the draft. */
  save(name: string, values: Record<string, string>): void;
  /** The key to send a draft with: the same for each attempt, a new one after it was dropped. */
  keyOf(name: string): string;
  /** Gives a draft another key, after an answer that says for sure that nothing was done. */
  renewKey(name: string): void;
  /** Ends a draft, when it was sent or thrown away. */
  drop(name: string): void;
  /** Names of all drafts, the newest first. */
  names(): string[];
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
  options: { personId: string; now: () => number; newKey: () => string },
): Drafts {
  const prefix = `desk.draft.${options.personId}.`;
  // A draft lives here too, so that a refusing storage still gives each draft one key.
  const held = new Map<string, Draft>();

  function find(name: string): Draft | null {
    return held.get(name) ?? parseDraft(attempt(() => storage.getItem(prefix + name)) ?? null);
  }

  function put(name: string, draft: Draft): void {
    held.set(name, draft);
    attempt(() => {
      storage.setItem(prefix + name, JSON.stringify(draft));
    });
    for (const surplus of names().slice(DRAFTS_MAX)) drop(surplus);
  }

  function drop(name: string): void {
    held.delete(name);
    attempt(() => {
      storage.removeItem(prefix + name);
    });
  }

  function names(): string[] {
    const stored = attempt(() => storedNames(storage, prefix)) ?? [];
    const all = [...new Set([...stored, ...held.keys()])];
    return all.sort((first, second) => (find(second)?.savedAt ?? 0) - (find(first)?.savedAt ?? 0));
  }

  return {
    find,
    drop,
    names,
    save(name, values) {
      if (Object.values(values).every((value) => value.trim() === '')) return drop(name);
      const idempotencyKey = find(name)?.idempotencyKey ?? options.newKey();
      put(name, { values, idempotencyKey, savedAt: options.now() });
    },
    keyOf(name) {
      const draft = find(name);
      if (draft) return draft.idempotencyKey;
      const fresh: Draft = { values: {}, idempotencyKey: options.newKey(), savedAt: options.now() };
      held.set(name, fresh);
      return fresh.idempotencyKey;
    },
    renewKey(name) {
      const draft = find(name);
      if (draft) put(name, { ...draft, idempotencyKey: options.newKey() });
    },
  };
}

/** A key that nobody else has, from 16 random bytes. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function storedNames(storage: DraftStorage, prefix: string): string[] {
  const names: string[] = [];
  for (let index = 0; index < storage.length; index += 1) {
    const key = storage.key(index);
    if (key?.startsWith(prefix)) names.push(key.slice(prefix.length));
  }
  return names;
}

function parseDraft(text: string | null): Draft | null {
  if (!text) return null;
  const parsed = attempt(() => JSON.parse(text) as Partial<Draft> | null);
  if (!parsed || typeof parsed.values !== 'object' || typeof parsed.idempotencyKey !== 'string') return null;
  return { values: parsed.values, idempotencyKey: parsed.idempotencyKey, savedAt: parsed.savedAt ?? 0 };
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
