import { describe, expect, it } from '@jest/globals';
import { openTab, type TabBrowser } from './tab.ts';

/** A browser of several tabs. `close` ends the tab that opened as the so-manieth, as a crash would. */
function buildBrowser() {
  const held = new Map<string, number>();
  let opened = 0;
  let newest = 0;
  return {
    close: (tab: number) => {
      for (const [name, holder] of held) if (holder === tab) held.delete(name);
    },
    /** A tab with a storage of its own, or with what another tab left in it. */
    open(storage = new Map<string, string>()): TabBrowser {
      const tab = ++opened;
      return {
        storage: { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => void storage.set(key, value) },
        locks: {
          hold: async (name) => {
            if (held.has(name)) return false;
            held.set(name, tab);
            return true;
          },
          held: async () => [...held.keys()],
        },
        newId: () => `tab-${++newest}`,
      };
    },
  };
}

describe('a tab', () => {
  it('keeps its id over a reload', async () => {
    const browser = buildBrowser();
    const storage = new Map<string, string>();
    const before = await openTab(browser.open(storage));
    browser.close(1);
    expect((await openTab(browser.open(storage))).id).toBe(before.id);
  });

  it('that is a copy of an open one takes an id of its own', async () => {
    const browser = buildBrowser();
    const storage = new Map<string, string>();
    const original = await openTab(browser.open(storage));
    const copied = new Map(storage);
    const copy = await openTab(browser.open(copied));
    expect(copy.id).not.toBe(original.id);
    browser.close(2);
    expect((await openTab(browser.open(copied))).id).toBe(copy.id);
  });

  it('knows the tabs that were open when it opened, and itself', async () => {
    const browser = buildBrowser();
    const first = await openTab(browser.open());
    const second = await openTab(browser.open());
    expect([first.id, second.id, 'tab-of-yesterday'].map((id) => second.lives(id))).toEqual([true, true, false]);
  });

  it('learns by another look that one was closed', async () => {
    const browser = buildBrowser();
    const first = await openTab(browser.open());
    const second = await openTab(browser.open());
    browser.close(1);
    await second.look();
    expect(second.lives(first.id)).toBe(false);
  });

  it('counts every other as open in a browser that cannot tell', async () => {
    const { storage, newId } = buildBrowser().open();
    const tab = await openTab({ storage, newId, locks: null });
    expect(tab.lives('tab-of-yesterday')).toBe(true);
  });

  it('has an id in a browser that keeps nothing', async () => {
    const { locks, newId } = buildBrowser().open();
    expect((await openTab({ storage: null, newId, locks })).id).toBe('tab-1');
  });
});
