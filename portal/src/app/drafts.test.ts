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

function buildDrafts(storage: DraftStorage, personId = 'per_1'): Drafts {
  let tick = 0;
  return createDrafts(storage, { personId, now: () => ++tick, newKey: () => `key-${++tick}` });
}

describe('drafts', () => {
  it('survive a reload', () => {
    const storage = buildStorage();
    buildDrafts(storage).save('inc_1.reply', { text: 'half a sen' });
    expect(buildDrafts(storage).find('inc_1.reply')?.values).toEqual({ text: 'half a sen' });
  });

  it('are not shown to another person at the same browser', () => {
    const storage = buildStorage();
    buildDrafts(storage).save('inc_1.reply', { text: 'mine' });
    expect(buildDrafts(storage, 'per_2').find('inc_1.reply')).toBeNull();
  });

  it('keep reply and note of one incident apart', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('inc_1.reply', { text: 'public' });
    drafts.save('inc_1.note', { text: 'internal' });
    expect(drafts.find('inc_1.reply')?.values).toEqual({ text: 'public' });
  });

  it('end when everything typed was deleted again', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('inc_1.reply', { text: 'x' });
    drafts.save('inc_1.reply', { text: '  ' });
    expect(drafts.find('inc_1.reply')).toBeNull();
  });

  it('are sent with the same key at each attempt, also after a reload', () => {
    const storage = buildStorage();
    const before = buildDrafts(storage);
    before.save('report', { title: 'Late files' });
    const key = before.keyOf('report');
    before.save('report', { title: 'Late files again' });
    expect(buildDrafts(storage).keyOf('report')).toBe(key);
  });

  it('get another key once they were sent', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('report', { title: 'one' });
    const key = drafts.keyOf('report');
    drafts.drop('report');
    drafts.save('report', { title: 'two' });
    expect(drafts.keyOf('report')).not.toBe(key);
  });

  it('get another key when nothing was done with the first', () => {
    const drafts = buildDrafts(buildStorage());
    drafts.save('report', { title: 'one' });
    const key = drafts.keyOf('report');
    drafts.renewKey('report');
    expect(drafts.keyOf('report')).not.toBe(key);
  });

  it('give a form without fields one key for all attempts', () => {
    const drafts = buildDrafts(buildStorage());
    expect(drafts.keyOf('inc_1.CLOSE')).toBe(drafts.keyOf('inc_1.CLOSE'));
  });

  it('hold for the visit when the browser keeps nothing', () => {
    const drafts = buildDrafts(buildStorage(true));
    drafts.save('inc_1.reply', { text: 'kept' });
    expect(drafts.find('inc_1.reply')?.values).toEqual({ text: 'kept' });
  });

  it('give way to newer ones, the oldest first', () => {
    const drafts = buildDrafts(buildStorage());
    for (let index = 0; index <= DRAFTS_MAX; index += 1) drafts.save(`inc_${index}.reply`, { text: 'x' });
    expect([drafts.find('inc_0.reply'), drafts.names().length]).toEqual([null, DRAFTS_MAX]);
  });

  it('that cannot be read count as none', () => {
    const storage = buildStorage();
    storage.setItem('desk.draft.per_1.report', '{broken');
    expect(buildDrafts(storage).find('report')).toBeNull();
  });
});
