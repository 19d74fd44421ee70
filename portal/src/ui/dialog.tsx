import { useEffect, useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useText } from '../text/text.ts';

/**
 * A modal dialog. The browser's own element keeps the focus inside, closes on Escape and gives the focus back where it was.
 */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; wide?: boolean }) {
  const text = useText();
  const titleId = useId();
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    // The element itself would start at its first button, which closes it.
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    const dialog = element.current;
    const onCancel = (event: Event) => {
      event.preventDefault();
      props.onClose();
    };
    dialog?.addEventListener('cancel', onCancel);
    return () => dialog?.removeEventListener('cancel', onCancel);
  });
  return (
    <dialog ref={element} className={props.wide ? 'dialog wide' : 'dialog'} aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>{props.title}</h2>
        <button type="button" className="plain" onClick={props.onClose} aria-label={text('dialog.close')}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {props.children}
    </dialog>
  );
}
