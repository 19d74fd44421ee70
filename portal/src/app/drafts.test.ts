import { describe, expect, it } from '@jest/globals';
import { createDrafts, DRAFTS_MAX, type DraftStorage, type Drafts } from './drafts.ts';

/** A browser's storage in memory; `full` refuses every write, as a full one does. */
function buildStorage(full = false): DraftStorage {
  const entries = new Map<string, string>();
  return {
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => {
      if (full) throw new Error('QuotaExceededError');
      entries.set(key, value);
    },
    removeItem: (key) => void entries.delete(key),
  };
}

/** The drafts of a tab. Two of one name are one tab before and after a reload. `open` names the tabs that are open. */
function buildDrafts(
  storage: DraftStorage,
  options: { personId?: string; tab?: string; open?: string[] } = {},
): Drafts {
  const { personId = 'per_1', tab = 'one', open = ['one', 'two'] } = options;
  return createDrafts(storage, {
    personId,
    tab: { id: tab, lives: (id) => id === tab || open.includes(id) },
    now: () => ++ticks,
    newKey: () => `key-${++ticks}`,
  });
}
let ticks = 0;

describe('drafts', () => {
  it('survive a reload', () => {
    const storage = buildStorage();
    buildDrafts(storage).save('inc_1.reply', { text: 'half a sen' });
    expect(buildDrafts(storage).open('inc_1.reply')?.values).toEqual({ text: 'half a sen' });
  });

  it('are not shown to another person at the same browser', () => {
    const storage = buildStorage();
    buildDrafts(storage).save('inc_1.reply', { text: 'mine' });
    expect(buildDrafts(storage, { personId: 'per_2' }).open('inc_1.reply')).toBeNull();
  });

  it('keep reply and note of one incident apart', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('inc_1.reply', { text: 'public' });
    drafts.save('inc_1.note', { text: 'internal' });
    expect(drafts.open('inc_1.reply')?.values).toEqual({ text: 'public' });
  });

  it('end when everything typed was deleted again', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('inc_1.reply', { text: 'x' });
    drafts.save('inc_1.reply', { text: '  ' });
    expect(drafts.open('inc_1.reply')).toBeNull();
  });

  it('are sent with the same key at each attempt, also after a reload', () => {
    const storage = buildStorage();
    const before = buildDrafts(storage);
    before.save('report', { title: 'Late files' });
    const key = before.keyOf('report', { title: 'Late files' });
    expect(buildDrafts(storage).keyOf('report', { title: 'Late files' })).toBe(key);
  });

  it('are sent with another key once their text is another', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('report', { title: 'Late files' });
    const key = drafts.keyOf('report', { title: 'Late files' });
    drafts.save('report', { title: 'Late files again' });
    expect(drafts.keyOf('report', { title: 'Late files again' })).not.toBe(key);
  });

  it('get another key once they were sent', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('report', { title: 'one' });
    const key = drafts.keyOf('report', { title: 'one' });
    drafts.drop('report');
    drafts.save('report', { title: 'one' });
    expect(drafts.keyOf('report', { title: 'one' })).not.toBe(key);
  });

  it('get another key when nothing was done with the first', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('report', { title: 'one' });
    const key = drafts.keyOf('report', { title: 'one' });
    drafts.renewKey('report');
    expect(drafts.keyOf('report', { title: 'one' })).not.toBe(key);
  });

  it('give a form without fields one key for all attempts', () => {
    const drafts = buildDrafts(buildStorage());
    expect(drafts.keyOf('inc_1.CLOSE', {})).toBe(drafts.keyOf('inc_1.CLOSE', {}));
  });

  it('hold for the visit when the browser keeps nothing', () => {
    const drafts = buildDrafts(buildStorage(true));
    drafts.save('inc_1.reply', { text: 'kept' });
    expect(drafts.open('inc_1.reply')?.values).toEqual({ text: 'kept' });
  });

  it('give way to newer ones, the oldest first', () => {
    const storage = buildStorage();
    const drafts = buildDrafts(storage);
    for (let index = 0; index <= DRAFTS_MAX; index += 1) drafts.save(`inc_${index}.reply`, { text: 'x' });
    expect([drafts.open('inc_0.reply'), storage.length]).toEqual([null, DRAFTS_MAX]);
  });

  it('that cannot be read count as none', () => {
    const storage = buildStorage();
    storage.setItem('desk.draft.per_1.report:one', '{broken');
    expect(buildDrafts(storage).open('report')).toBeNull();
  });
});

describe('drafts of two tabs', () => {
  it('are apart, each with a key of its own', () => {
    const storage = buildStorage();
    const one = buildDrafts(storage);
    const two = buildDrafts(storage, { tab: 'two' });
    one.save('report', { title: 'Late files' });
    expect(two.open('report')).toBeNull();
    two.save('report', { title: 'Wrong reads' });
    expect(two.keyOf('report', { title: 'Wrong reads' })).not.toBe(one.keyOf('report', { title: 'Late files' }));
    expect(buildDrafts(storage).open('report')?.values).toEqual({ title: 'Late files' });
  });

  it('go to the tab that opens the form next, once theirs is gone: the newest first, each once', () => {
    const storage = buildStorage();
    buildDrafts(storage, { tab: 'crashed' }).save('report', { title: 'older' });
    const crashed = buildDrafts(storage, { tab: 'crashed too' });
    crashed.save('report', { title: 'newer' });
    const key = crashed.keyOf('report', { title: 'newer' });
    const one = buildDrafts(storage);
    const two = buildDrafts(storage, { tab: 'two' });
    const titles = [one, two, one].map((drafts) => drafts.open('report')?.values['title']);
    expect(titles).toEqual(['newer', 'older', 'newer']);
    expect(one.keyOf('report', { title: 'newer' })).toBe(key);
  });

  it('are never taken by a form that is open already', () => {
    const storage = buildStorage();
    buildDrafts(storage, { tab: 'crashed' }).save('report', { title: 'not lost' });
    const one = buildDrafts(storage);
    one.save('report', { title: 'typed on' });
    one.drop('report');
    expect(one.find('report')).toBeNull();
    expect(one.open('report')?.values).toEqual({ title: 'not lost' });
  });
});
