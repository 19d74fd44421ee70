import type { MessageId } from '../text/text.ts';

/** One command of the keyboard. */
export interface Command {
  /** Keys as written on the sheet: a single key, `g h` one after the other, or `Control+K`. */
  keys: string;
  /** Where it works: the heading under which the sheet shows it. */
  scope: MessageId;
  label: MessageId;
  /** False for a command that makes no sense when chosen from a list. */
  offered?: false;
  /** True for a key that the focused element or a form handles itself: the listener leaves it alone. */
  inPlace?: true;
}

/** Commands of every page. */
export const APP_KEYS = {
  palette: { keys: 'Control+K', scope: 'keys.scope.everywhere', label: 'command.palette', offered: false },
  sheet: { keys: '?', scope: 'keys.scope.everywhere', label: 'command.sheet' },
  goHome: { keys: 'g h', scope: 'keys.scope.everywhere', label: 'command.goHome' },
  goDashboard: { keys: 'g d', scope: 'keys.scope.everywhere', label: 'command.goDashboard' },
  goProfile: { keys: 'g p', scope: 'keys.scope.everywhere', label: 'command.goProfile' },
} as const satisfies Record<string, Command>;

/** Commands of every list. */
export const LIST_KEYS = {
  next: { keys: 'j', scope: 'keys.scope.list', label: 'command.next', offered: false },
  previous: { keys: 'k', scope: 'keys.scope.list', label: 'command.previous', offered: false },
  open: { keys: 'Enter', scope: 'keys.scope.list', label: 'command.open', offered: false, inPlace: true },
  showNew: { keys: 'n', scope: 'keys.scope.list', label: 'command.showNew', offered: false },
} as const satisfies Record<string, Command>;

/** The keys that send a form. */
export const SEND_KEYS = 'Control+Enter';

/** Commands of every record's page, as far as it has what they are for. */
export const RECORD_KEYS = {
  back: { keys: 'Escape', scope: 'keys.scope.record', label: 'command.back', offered: false },
  reply: { keys: 'r', scope: 'keys.scope.record', label: 'command.reply' },
  note: { keys: 'i', scope: 'keys.scope.record', label: 'command.note' },
  send: { keys: SEND_KEYS, scope: 'keys.scope.record', label: 'command.send', offered: false, inPlace: true },
  status: { keys: 's', scope: 'keys.scope.record', label: 'command.status' },
  history: { keys: 'h', scope: 'keys.scope.record', label: 'command.history' },
} as const satisfies Record<string, Command>;

/** How long the second key of a pair may take, in milliseconds. */
export const PAIR_MS_MAX = 1_500;

/** A key press, as much of it as matters. */
export interface KeyPress {
  key: string;
  control: boolean;
  /** Alt, or the Windows or Command key: then the press belongs to the browser or a screen reader. */
  reserved: boolean;
  /** True in a text field, a select or an editor: there single keys are text. */
  inField: boolean;
  atMs: number;
}

/**
 * Reads presses one by one and gives the commands that they mean: several where nouns use the same key on pages of their own.
 * With `singleKeys` off only combinations with Control and Escape work, so that a screen reader or voice control keeps its
 * own keys (WCAG 2.1.4).
 */
export function createKeyReader(
  commands: readonly Command[],
): (press: KeyPress, options: { singleKeys: boolean }) => readonly Command[] {
  const find = (keys: string) => commands.filter((command) => command.keys === keys && !command.inPlace);
  let pending: { key: string; atMs: number } | null = null;
  return (press, { singleKeys }) => {
    const before = pending && press.atMs - pending.atMs <= PAIR_MS_MAX ? pending.key : null;
    pending = null;
    if (press.reserved) return [];
    if (press.control) return find(`Control+${press.key.toUpperCase()}`);
    if (press.key === 'Escape') return press.inField ? [] : find('Escape');
    if (press.inField || !singleKeys) return [];
    if (before) return find(`${before} ${press.key}`);
    const single = find(press.key);
    if (single.length === 0 && commands.some(({ keys }) => keys.startsWith(`${press.key} `))) {
      pending = { key: press.key, atMs: press.atMs };
    }
    return single;
  };
}

/** The keys of a command in the form of `aria-keyshortcuts`, or undefined where the attribute cannot say it (pairs). */
export function ariaKeys({ keys }: Command): string | undefined {
  return keys.includes(' ') ? undefined : keys;
}
