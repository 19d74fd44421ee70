import { useSyncExternalStore } from 'react';
import type { Language } from '../generated/api.ts';

/** What a person chose in this browser. It is kept there, and holds for everybody who uses the browser. */
export interface Preferences {
  /** Null: the language of the session. */
  language: Language | null;
  /** Times in the person's own zone, or in the market's. */
  clock: 'LOCAL' | 'MARKET';
  /** Whether single keys are commands. */
  singleKeys: boolean;
  /** For agents: the one distributor they act for, by id; null for all of theirs. */
  actingFor: string | null;
}

const STORED_AS = 'desk.preferences';
const DEFAULTS: Preferences = { language: null, clock: 'LOCAL', singleKeys: true, actingFor: null };

const listeners = new Set<() => void>();
let current = load();

/** The preferences as they are now. */
export function preferences(): Preferences {
  return current;
}

/** Changes some preferences, at once and for the next visit. */
export function prefer(changes: Partial<Preferences>): void {
  current = { ...current, ...changes };
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing: the choice holds for this visit.
  }
  for (const listener of [...listeners]) listener();
}

/** The preferences, followed as they change. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function load(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(STORED_AS) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}
