import { useEffect, useRef } from 'react';
import { composes } from '../ui/composition.ts';
import { createKeyReader, type Command } from './keys.ts';
import { preferences } from './preferences.ts';

interface Handler {
  command: Command;
  run: () => void;
}

/** What answers to commands now; of those that answer to the same keys the one added last is the innermost, and answers. */
const handlers: Handler[] = [];

/** Runs one of the commands as its key would. False when nothing on the page answers to any of them. */
export function runCommand(...commands: readonly Command[]): boolean {
  const handler = handlers.findLast(({ command }) => commands.includes(command));
  handler?.run();
  return handler !== undefined;
}

/** True when something on the page answers to a command now. */
export function answers(command: Command): boolean {
  return handlers.some((handler) => handler.command === command);
}

/** Answers to a command as long as the component is shown. Null: not now. */
export function useCommand(command: Command, run: (() => void) | null): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const wanted = run !== null;
  useEffect(() => {
    if (!wanted) return;
    const handler = { command, run: () => latest.current?.() };
    handlers.push(handler);
    return () => void handlers.splice(handlers.indexOf(handler), 1);
  }, [command, wanted]);
}

/** Listens to the keyboard of the whole page. */
export function useKeyboard(commands: readonly Command[]): void {
  useEffect(() => {
    const read = createKeyReader(commands);
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || composes(event)) return;
      const field = inField(event.target);
      // An open dialog has the keyboard to itself: Escape closes it, everything else is text or a button in it.
      if (document.querySelector('dialog[open]')) return;
      if (event.key === 'Escape' && field) return field.blur();
      const meant = read(
        {
          key: event.key,
          control: event.ctrlKey,
          reserved: event.altKey || event.metaKey,
          inField: field !== null,
          atMs: event.timeStamp,
        },
        { singleKeys: preferences().singleKeys },
      );
      if (runCommand(...meant)) event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [commands]);
}

const BUTTON_LIKE = new Set(['button', 'checkbox', 'radio', 'submit', 'reset']);

function inField(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof HTMLElement)) return null;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return target;
  return target instanceof HTMLInputElement && !BUTTON_LIKE.has(target.type) ? target : null;
}
