import type { Browser, BrowserContext, Page } from 'playwright-core';

/** How long a page may take for anything that a test waits for, in milliseconds. The machine may be busy. */
export const PAGE_MS_MAX = 60_000;

const OWN_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1']);

/** Somebody at a browser of their own: one page, and a watch over what it asks for and complains of. */
export class Visitor {
  readonly page: Page;
  /** Addresses that the browser asked for and that are not of this machine. */
  readonly strangers: string[] = [];
  /** Errors on the console of the browser, and errors that no code caught. */
  readonly complaints: string[] = [];
  /** Pages that came without a content security policy. */
  readonly unguarded: string[] = [];
  readonly #context: BrowserContext;
  readonly #url: string;

  private constructor(url: string, context: BrowserContext, page: Page) {
    this.#url = url;
    this.#context = context;
    this.page = page;
    context.on('request', (request) => this.#note(request.url()));
    context.on('response', (response) => {
      if (response.request().resourceType() !== 'document' || response.status() >= 300) return;
      if (!response.headers()['content-security-policy']?.includes("default-src 'none'")) {
        this.unguarded.push(response.url());
      }
    });
    page.on('websocket', (socket) => this.#note(socket.url()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // A tour goes faster than a person may: the desk says 429, and the page waits and asks again.
      const hurried = message.text().includes('429 (Too Many Requests)');
      if (message.type() === 'error' && !hurried) {
        this.complaints.push(`${message.text()} (${message.location().url})`);
      }
    });
  }

  /** A visitor with a fresh browser profile, at a desk, not signed in yet. */
  static async arrive(
    browser: Browser,
    url: string,
    options: { locale?: 'en-CA' | 'fr-CA'; width?: number; height?: number } = {},
  ): Promise<Visitor> {
    const context = await browser.newContext({
      locale: options.locale ?? 'en-CA',
      timezoneId: 'America/Toronto',
      viewport: { width: options.width ?? 1_360, height: options.height ?? 900 },
    });
    context.setDefaultTimeout(PAGE_MS_MAX);
    return new Visitor(url, context, await context.newPage());
  }

  /** Signs a demo person in by one click, and opens a page. Comes back when the page is live. */
  async signIn(login: string, path = '/'): Promise<void> {
    await this.page.goto(`${this.#url}/sign-in?${new URLSearchParams({ login_hint: login, return: path })}`);
    await this.live();
  }

  /** Opens a page by its address, as a reader who typed it. */
  async open(path: string): Promise<void> {
    await this.page.goto(this.#url + path);
  }

  /** Another tab of the same browser, on no page yet. */
  async tab(): Promise<Page> {
    return this.#context.newPage();
  }

  /** A copy of the visitor's tab, with all that the tab keeps, at another page. */
  async copyOfTab(path: string): Promise<Page> {
    const copied = this.#context.waitForEvent('page');
    await this.page.evaluate(`void open(${JSON.stringify(this.#url + path)})`);
    return copied;
  }

  /** Goes to another page as a link of the portal would: without loading the portal anew. */
  async go(path: string): Promise<void> {
    await this.page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)})`);
  }

  /** Comes back when the dot says that the page is live. */
  async live(): Promise<void> {
    await this.page.locator('.live-dot.live').waitFor();
  }

  /** Presses keys one after the other. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async leave(): Promise<void> {
    await this.page.unrouteAll({ behavior: 'ignoreErrors' });
    await this.#context.close();
  }

  #note(address: string): void {
    const { protocol, hostname } = new URL(address);
    if (protocol !== 'data:' && protocol !== 'blob:' && !OWN_HOSTS.has(hostname)) this.strangers.push(address);
  }
}
