/** The source of the time for a service. Rules get instants as arguments. */
export interface TimeSource {
  /** The present instant. */
  now(): Date;
}

/** The machine's time. */
export const systemTime: TimeSource = { now: () => new Date() };

/** A time that stands still until it is moved: for tests, and for sandboxes where partners set the time. */
export class ManualTime implements TimeSource {
  #now: Date;

  constructor(start: Date | string) {
    this.#now = new Date(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  set(instant: Date | string): void {
    this.#now = new Date(instant);
  }

  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}
