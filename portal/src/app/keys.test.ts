import { describe, expect, it } from '@jest/globals';
import { APP_KEYS, ariaKeys, createKeyReader, LIST_KEYS, PAIR_MS_MAX, type Command, type KeyPress } from './keys.ts';

const CREATE: Command = { keys: 'c', scope: 'keys.scope.everywhere', label: 'notFound.title' };
const HISTORY: Command = { keys: 'h', scope: 'keys.scope.everywhere', label: 'notFound.title' };
const BACK: Command = { keys: 'Escape', scope: 'keys.scope.everywhere', label: 'notFound.title' };
/** A key of another page that is the same as the one of `CREATE`. */
const CONFIRM: Command = { ...CREATE };
const COMMANDS = [...Object.values(APP_KEYS), ...Object.values(LIST_KEYS), CREATE, HISTORY, BACK];

function buildPress(key: string, differs: Partial<KeyPress> = {}): KeyPress {
  return { key, control: false, reserved: false, inField: false, atMs: 0, ...differs };
}

/** The commands of the last press. */
function pressed(presses: KeyPress[], { singleKeys = true, commands = COMMANDS } = {}): readonly Command[] {
  const read = createKeyReader(commands);
  return presses.map((press) => read(press, { singleKeys })).at(-1) ?? [];
}

describe('the keyboard', () => {
  it('runs a command by a single key', () => {
    expect(pressed([buildPress('c')])).toEqual([CREATE]);
  });

  it('leaves it to the page which of two commands with the same key is meant', () => {
    expect(pressed([buildPress('c')], { commands: [...COMMANDS, CONFIRM] })).toEqual([CREATE, CONFIRM]);
  });

  it('leaves single keys alone in a text field', () => {
    expect(pressed([buildPress('c', { inField: true })])).toEqual([]);
  });

  it('opens the palette also from a text field', () => {
    expect(pressed([buildPress('k', { control: true, inField: true })])).toEqual([APP_KEYS.palette]);
  });

  it('leaves single keys alone when they are turned off', () => {
    expect(pressed([buildPress('c')], { singleKeys: false })).toEqual([]);
  });

  it('opens the palette also when single keys are turned off', () => {
    expect(pressed([buildPress('k', { control: true })], { singleKeys: false })).toEqual([APP_KEYS.palette]);
  });

  it('goes back by Escape also when single keys are turned off', () => {
    expect(pressed([buildPress('Escape')], { singleKeys: false })).toEqual([BACK]);
  });

  it('reads two keys one after the other as a pair', () => {
    expect(pressed([buildPress('g'), buildPress('h', { atMs: PAIR_MS_MAX })])).toEqual([APP_KEYS.goHome]);
  });

  it('forgets the first key of a pair after a while', () => {
    expect(pressed([buildPress('g'), buildPress('h', { atMs: PAIR_MS_MAX + 1 })])).toEqual([HISTORY]);
  });

  it('does not read the second key of a wrong pair as a command', () => {
    expect(pressed([buildPress('g'), buildPress('c')])).toEqual([]);
  });

  it('takes no combination of the browser or a screen reader', () => {
    expect(pressed([buildPress('c', { reserved: true })])).toEqual([]);
  });

  it('leaves Enter to the focused link', () => {
    expect(pressed([buildPress('Enter')])).toEqual([]);
  });

  it('names no pair in aria-keyshortcuts, which cannot say it', () => {
    expect([ariaKeys(APP_KEYS.goHome), ariaKeys(APP_KEYS.palette)]).toEqual([undefined, 'Control+K']);
  });
});
