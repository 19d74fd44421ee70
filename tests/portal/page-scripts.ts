import type { Request } from 'playwright-core';

/** True of a request for one operation of the portal, by its name. */
export function asked(operation: string): (request: Request) => boolean {
  return (request) =>
    request.url().endsWith('/graphql') && request.postData()?.includes(`"operationName":"${operation}"`) === true;
}

/**
 * Scripts that run inside the page. They are texts, not functions: a function would be compiled for Node and typed without
 * the browser's objects.
 */

/** Gives the instant (milliseconds since 1970) at which an element of the selector holds the text. Fails after `msMax`. */
export function whenShown(selector: string, text: string, msMax: number): string {
  return `new Promise((resolve, reject) => {
    const there = () => [...document.querySelectorAll(${JSON.stringify(selector)})]
      .some((element) => element.textContent.includes(${JSON.stringify(text)}));
    const timer = setTimeout(() => reject(new Error(${JSON.stringify(`not shown in time: ${text}`)})), ${msMax});
    const look = () => {
      if (!there()) return;
      observer.disconnect();
      clearTimeout(timer);
      resolve(Date.now());
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  })`;
}

/** Comes back when the keyboard is on an element that is called, or labelled, by these words. Fails after `msMax`. */
export function whenFocused(words: string, msMax: number): string {
  return `new Promise((resolve, reject) => {
    const until = Date.now() + ${msMax};
    const called = () => {
      // The page itself, focused while nothing is, would be called by all its words.
      const element = document.querySelector('a:focus, button:focus, input:focus, textarea:focus, select:focus');
      return element?.labels?.[0]?.textContent ?? element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    };
    const look = () => {
      if (called().includes(${JSON.stringify(words)})) return resolve();
      if (Date.now() > until) return reject(new Error(${JSON.stringify(`not focused in time: ${words}`)} + ', but: ' + called()));
      requestAnimationFrame(look);
    };
    look();
  })`;
}

/** Which row of the list lies under a point, and where its upper edge is, in pixels. */
export function rowUnder(x: number, y: number): string {
  return `(() => {
    const row = document.elementFromPoint(${x}, ${y})?.closest('tr');
    return { number: row?.querySelector('a[data-row]')?.dataset.row ?? null, top: row?.getBoundingClientRect().top ?? null };
  })()`;
}

/** Every text that a reader meets: what is shown, and what a screen reader says instead. */
export const READER_TEXTS = `(() => {
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    // Words that lead to another language are in that language, and say so.
    if (!parent || parent.closest('script, style, noscript, [lang]:not(html)')) continue;
    if (shown(parent.closest('option') ? parent.closest('select') : parent)) texts.push(walker.currentNode.textContent);
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt], [aria-description]')) {
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description']) {
      const text = element.getAttribute(name);
      if (text) texts.push(text);
    }
  }
  return [...new Set(texts.map((text) => text.replaceAll(/\\s+/g, ' ').trim()).filter(Boolean))];
})()`;

/** Comes back when everything that is known by now is painted. */
export const PAINTED = `new Promise((resolve) => {
  setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)));
})`;

/** True when the page has fetched each of these files of `assets`. */
export function hasFetched(files: readonly string[]): string {
  return `(() => {
    const fetched = new Set(performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1)));
    return ${JSON.stringify(files)}.every((file) => fetched.has(file));
  })()`;
}

/** Presses Enter where the keyboard is, as browsers tell it while an input method composes. */
export const COMPOSED_ENTER = `document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }),
)`;
