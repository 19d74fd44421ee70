/** Shortest time between two announcements, in milliseconds: a screen reader must be able to finish. */
export const ANNOUNCE_MS_MIN = 5_000;

/** Says things to people who do not see the page, politely: at most once in five seconds. */
export interface Announcer {
  /** Announces now, or when the pause is over. A newer text of the same topic takes the place of one that still waits. */
  announce(topic: string, text: string): void;
  /** Throws away what still waits. */
  stop(): void;
}

/** An announcer over a function that says something. The clock and the timer are those given. */
export function createAnnouncer(options: {
  say: (text: string) => void;
  now: () => number;
  later: (action: () => void, ms: number) => () => void;
}): Announcer {
  const waiting = new Map<string, string>();
  let saidAt = -Infinity;
  let cancel: (() => void) | null = null;

  function flush(): void {
    cancel = null;
    if (waiting.size === 0) return;
    const text = [...waiting.values()].join(' ');
    waiting.clear();
    saidAt = options.now();
    options.say(text);
  }

  return {
    announce(topic, text) {
      waiting.set(topic, text);
      if (cancel) return;
      const waitMs = saidAt + ANNOUNCE_MS_MIN - options.now();
      if (waitMs <= 0) flush();
      else cancel = options.later(flush, waitMs);
    },
    stop() {
      waiting.clear();
      cancel?.();
      cancel = null;
    },
  };
}
