/** Repeats a round of work: at once while there is more to do, else after a pause or when it is woken. One round runs at a time. */
export class PollingLoop {
  readonly #everyMs: number;
  readonly #round: () => Promise<boolean>;
  readonly #onError: (error: unknown) => void;
  readonly #ended: Promise<void>;
  #stopped = false;
  #woken = false;
  #alarm: (() => void) | null = null;

  /** `round` says whether there may be more to do. `onError` gets the error of a round that throws; a pause follows. */
  constructor(options: { everyMs: number; round: () => Promise<boolean>; onError: (error: unknown) => void }) {
    this.#everyMs = options.everyMs;
    this.#round = options.round;
    this.#onError = options.onError;
    this.#ended = this.#run();
  }

  /** Begins a round now, or right after the one that runs. */
  wake(): void {
    this.#woken = true;
    this.#alarm?.();
  }

  /** Ends after the round that runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      const more = await this.#round().catch((error: unknown) => {
        if (!this.#stopped) this.#onError(error);
        return false;
      });
      if (!more && !this.#woken && !this.#stopped) await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#alarm = null;
        resolve();
      };
      const timer = setTimeout(end, this.#everyMs);
      this.#alarm = end;
    });
  }
}
