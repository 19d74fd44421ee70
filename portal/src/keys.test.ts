import { describe, expect, it } from '@jest/globals';
import { ariaKeys, createKeyReader, KEYS, PAIR_MS_MAX, type Command, type KeyPress } from './keys.ts';

function buildPress(key: string, differs: Partial<KeyPress> = {}): KeyPress {
  return { key, control: false, reserved: false, inField: false, atMs: 0, ...differs };
}

/** The command of the last press. */
function pressed(presses: KeyPress[], singleKeys = true): Command | null {
  const read = createKeyReader();
  return presses.map((press) => read(press, { singleKeys })).at(-1) ?? null;
}

describe('the keyboard', () => {
  it('has one command for each key in each place', () => {
    const taken = KEYS.map(({ keys }) => keys);
    expect(new Set(taken).size).toBe(taken.length);
  });

  it('starts no pair with a key that is a command by itself', () => {
    const firsts = KEYS.map(({ keys }) => keys)
      .filter((keys) => keys.includes(' '))
      .map((keys) => keys[0]);
    expect(KEYS.filter(({ keys }) => firsts.includes(keys))).toEqual([]);
  });

  it('runs a command by a single key', () => {
    expect(pressed([buildPress('c')])).toBe('create');
  });

  it('leaves single keys alone in a text field', () => {
    expect(pressed([buildPress('c', { inField: true })])).toBeNull();
  });

  it('opens the palette also from a text field', () => {
    expect(pressed([buildPress('k', { control: true, inField: true })])).toBe('palette');
  });

  it('leaves single keys alone when they are turned off', () => {
    expect(pressed([buildPress('c')], false)).toBeNull();
  });

  it('opens the palette also when single keys are turned off', () => {
    expect(pressed([buildPress('k', { control: true })], false)).toBe('palette');
  });

  it('goes back by Escape also when single keys are turned off', () => {
    expect(pressed([buildPress('Escape')], false)).toBe('back');
  });

  it('reads two keys one after the other as a pair', () => {
    expect(pressed([buildPress('g'), buildPress('h', { atMs: PAIR_MS_MAX })])).toBe('goHome');
  });

  it('forgets the first key of a pair after a while', () => {
    expect(pressed([buildPress('g'), buildPress('h', { atMs: PAIR_MS_MAX + 1 })])).toBe('history');
  });

  it('does not read the second key of a wrong pair as a command', () => {
    expect(pressed([buildPress('g'), buildPress('c')])).toBeNull();
  });

  it('takes no combination of the browser or a screen reader', () => {
    expect(pressed([buildPress('c', { reserved: true })])).toBeNull();
  });

  it('leaves Enter to the focused link', () => {
    expect(pressed([buildPress('Enter')])).toBeNull();
  });

  it('names no pair in aria-keyshortcuts, which cannot say it', () => {
    expect([ariaKeys('goHome'), ariaKeys('palette')]).toEqual([undefined, 'Control+K']);
  });
});
