/** Where a key works. */
export type KeyScope = 'everywhere' | 'list' | 'incident';

/** One command of the keyboard. */
export interface KeyBinding {
  command: Command;
  /** Keys as written on the sheet: a single key, `g h` one after the other, or `Control+K`. */
  keys: string;
  scope: KeyScope;
}

export type Command =
  | 'palette'
  | 'search'
  | 'sheet'
  | 'create'
  | 'goHome'
  | 'goIncidents'
  | 'goDashboard'
  | 'goProfile'
  | 'showNew'
  | 'next'
  | 'previous'
  | 'open'
  | 'back'
  | 'assign'
  | 'status'
  | 'reclassify'
  | 'link'
  | 'followUp'
  | 'reply'
  | 'note'
  | 'explain'
  | 'history'
  | 'send';

/** Every key of the portal. The sheet, the buttons' `aria-keyshortcuts` and the listener all read this table. */
export const KEYS: readonly KeyBinding[] = [
  { command: 'palette', keys: 'Control+K', scope: 'everywhere' },
  { command: 'search', keys: '/', scope: 'everywhere' },
  { command: 'sheet', keys: '?', scope: 'everywhere' },
  { command: 'create', keys: 'c', scope: 'everywhere' },
  { command: 'goHome', keys: 'g h', scope: 'everywhere' },
  { command: 'goIncidents', keys: 'g t', scope: 'everywhere' },
  { command: 'goDashboard', keys: 'g d', scope: 'everywhere' },
  { command: 'goProfile', keys: 'g p', scope: 'everywhere' },
  { command: 'next', keys: 'j', scope: 'list' },
  { command: 'previous', keys: 'k', scope: 'list' },
  { command: 'open', keys: 'Enter', scope: 'list' },
  { command: 'showNew', keys: 'n', scope: 'list' },
  { command: 'back', keys: 'Escape', scope: 'incident' },
  { command: 'reply', keys: 'r', scope: 'incident' },
  { command: 'note', keys: 'i', scope: 'incident' },
  { command: 'send', keys: 'Control+Enter', scope: 'incident' },
  { command: 'assign', keys: 'a', scope: 'incident' },
  { command: 'status', keys: 's', scope: 'incident' },
  { command: 'reclassify', keys: 'p', scope: 'incident' },
  { command: 'link', keys: 'l', scope: 'incident' },
  { command: 'followUp', keys: 'f', scope: 'incident' },
  { command: 'explain', keys: 'e', scope: 'incident' },
  { command: 'history', keys: 'h', scope: 'incident' },
];

/** Commands whose key the focused element or a form handles itself: the listener leaves them alone. */
const HANDLED_IN_PLACE: ReadonlySet<Command> = new Set(['open', 'send']);

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
 * Reads presses one by one and names the command they give, or null. With `singleKeys` off only combinations with Control
 * and Escape work, so that a screen reader or voice control keeps its own keys (WCAG 2.1.4).
 */
export function createKeyReader(): (press: KeyPress, options: { singleKeys: boolean }) => Command | null {
  let pending: { key: string; atMs: number } | null = null;
  return (press, { singleKeys }) => {
    const before = pending && press.atMs - pending.atMs <= PAIR_MS_MAX ? pending.key : null;
    pending = null;
    if (press.reserved) return null;
    if (press.control) return find(`Control+${press.key.toUpperCase()}`);
    if (press.key === 'Escape') return press.inField ? null : 'back';
    if (press.inField || !singleKeys) return null;
    if (before) return find(`${before} ${press.key}`);
    const single = find(press.key);
    if (!single && KEYS.some((binding) => binding.keys.startsWith(`${press.key} `))) {
      pending = { key: press.key, atMs: press.atMs };
    }
    return single;
  };
}

/** The keys of a command in the form of `aria-keyshortcuts`, or undefined where the attribute cannot say it (pairs). */
export function ariaKeys(command: Command): string | undefined {
  const keys = keysOf(command);
  return keys.includes(' ') ? undefined : keys;
}

/** The keys of a command as written on the sheet. */
export function keysOf(command: Command): string {
  return KEYS.find((binding) => binding.command === command)?.keys ?? '';
}

function find(keys: string): Command | null {
  const binding = KEYS.find((candidate) => candidate.keys === keys);
  return binding && !HANDLED_IN_PLACE.has(binding.command) ? binding.command : null;
}
