import { useEffect, useRef } from 'react';
import { createKeyReader, type Command } from './keys.ts';
import { preferences } from './preferences.ts';

type Handler = () => void;

/** The handlers of each command; the one added last is the innermost, and answers. */
const handlers = new Map<Command, Handler[]>();

/** Runs a command as its key would. False when nothing on the page answers to it. */
export function runCommand(command: Command): boolean {
  const handler = handlers.get(command)?.at(-1);
  handler?.();
  return handler !== undefined;
}

/** True when something on the page answers to a command now. */
export function answers(command: Command): boolean {
  return (handlers.get(command)?.length ?? 0) > 0;
}

/** Answers to a command as long as the component is shown. Null: not now. */
export function useCommand(command: Command, handler: Handler | null): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  const wanted = handler !== null;
  useEffect(() => {
    if (!wanted) return;
    const answer = () => latest.current?.();
    handlers.set(command, [...(handlers.get(command) ?? []), answer]);
    return () => {
      handlers.set(
        command,
        (handlers.get(command) ?? []).filter((other) => other !== answer),
      );
    };
  }, [command, wanted]);
}

/** Listens to the keyboard of the whole page. */
export function useKeyboard(): void {
  useEffect(() => {
    const read = createKeyReader();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const field = inField(event.target);
      // An open dialog has the keyboard to itself: Escape closes it, everything else is text or a button in it.
      if (document.querySelector('dialog[open]')) return;
      if (event.key === 'Escape' && field) return field.blur();
      const command = read(
        {
          key: event.key,
          control: event.ctrlKey,
          reserved: event.altKey || event.metaKey,
          inField: field !== null,
          atMs: event.timeStamp,
        },
        { singleKeys: preferences().singleKeys },
      );
      if (command && runCommand(command)) event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

const BUTTON_LIKE = new Set(['button', 'checkbox', 'radio', 'submit', 'reset']);

function inField(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof HTMLElement)) return null;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return target;
  return target instanceof HTMLInputElement && !BUTTON_LIKE.has(target.type) ? target : null;
}
