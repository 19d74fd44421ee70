import { useEffect } from 'react';

/** A tab of the browser that shows the portal, and what it knows of the others. */
export interface Tab {
  /** The same after a reload, and no other open tab's. */
  id: string;
  /** True of a tab that was open at the last look; of this one always. */
  lives(id: string): boolean;
  /** Looks which tabs are open now. */
  look(): Promise<void>;
}

/** What a tab needs of the browser. */
export interface TabBrowser {
  /** What this tab alone keeps. The browser copies it with the tab. Null: it keeps nothing. */
  storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  /** Names that one tab holds as long as it is open. Null: the browser has none. */
  locks: TabLocks | null;
  newId: () => string;
}

/** Names that tabs hold, each one tab at most. */
interface TabLocks {
  /** Holds a name until the tab is gone. False: another tab holds it. */
  hold(name: string): Promise<boolean>;
  /** All names that are held. */
  held(): Promise<string[]>;
}

const STORED_AS = 'desk.tab';
/** A name may be held still by the page that a reload has just ended, but not for longer, in milliseconds. */
const RELEASE_MS_MAX = 500;

/** Opens a tab under the id that it had before. A copy of an open tab finds that id taken, and takes a new one. */
export async function openTab({ storage, locks, newId }: TabBrowser): Promise<Tab> {
  let id = storage?.getItem(STORED_AS) || newId();
  if (locks && !(await locks.hold(lockOf(id)))) {
    id = newId();
    await locks.hold(lockOf(id));
  }
  storage?.setItem(STORED_AS, id);
  let open: ReadonlySet<string> = new Set();
  const tab: Tab = {
    id,
    lives: (other) => locks === null || other === id || open.has(lockOf(other)),
    async look() {
      if (locks) open = new Set(await locks.held());
    },
  };
  await tab.look();
  return tab;
}

/** This tab, as the browser that runs the page has it. A page over plain HTTP from another machine has no locks. */
export function browserOfTab(newId: () => string): TabBrowser {
  const { locks } = navigator as Partial<Navigator>;
  return { storage: storageOfTab(), locks: locks ? locksOf(locks) : null, newId };
}

/** Looks which tabs are open whenever the reader comes to this one: the one that they come from may be closed. */
export function useTabLooks(tab: Tab): void {
  useEffect(() => {
    const look = () => void tab.look();
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [tab]);
}

function locksOf(locks: LockManager): TabLocks {
  return {
    hold: (name) =>
      new Promise((resolve) => {
        const untilGone = () => {
          resolve(true);
          return new Promise<never>(() => {});
        };
        locks.request(name, { signal: AbortSignal.timeout(RELEASE_MS_MAX) }, untilGone).catch(() => resolve(false));
      }),
    held: async () => ((await locks.query()).held ?? []).flatMap(({ name }) => name ?? []),
  };
}

/** The tab's own storage, where the browser lets it write there. */
function storageOfTab(): Storage | null {
  try {
    sessionStorage.setItem(`${STORED_AS}.probe`, '');
    return sessionStorage;
  } catch {
    return null;
  }
}

const lockOf = (id: string) => `desk.tab.${id}`;
