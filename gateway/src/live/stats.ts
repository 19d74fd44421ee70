import { Counter, Gauge, type Registry } from 'prom-client';

/** Exact figures of the live engine since its start; the first three are of this moment. */
export interface LiveStats {
  sockets: number;
  subscriptions: number;
  groups: number;
  /** Events read from the services' logs. */
  events: number;
  /** Runs of a plan: one for each event and group. */
  executions: number;
  /** Results turned into text: one for each execution. */
  stringifies: number;
  /** Messages handed to sockets. */
  delivered: number;
  /** Messages that a newer one about the same record replaced while they waited. */
  coalesced: number;
  /** Events that were sent to a subscriber that had missed them. */
  replayed: number;
  /** Subscribers that were closed because they did not keep up. */
  tooSlow: number;
}

const MEANING: Record<keyof LiveStats, string> = {
  sockets: 'Open WebSockets.',
  subscriptions: 'Running subscriptions.',
  groups: 'Groups of subscriptions that share their executions.',
  events: 'Events read from the logs.',
  executions: 'Plans run for events.',
  stringifies: 'Results turned into text.',
  delivered: 'Messages handed to sockets.',
  coalesced: 'Messages replaced by a newer one while they waited.',
  replayed: 'Events sent to subscribers that had missed them.',
  tooSlow: 'Subscribers closed because they did not keep up.',
};
const OF_THIS_MOMENT: ReadonlySet<string> = new Set<keyof LiveStats>(['sockets', 'subscriptions', 'groups']);

/** Zeroed figures, published in a registry as `live_...`. The registry reads them only when it is asked. */
export function createLiveStats(registry: Registry): LiveStats {
  const names = Object.keys(MEANING) as (keyof LiveStats)[];
  const stats = Object.fromEntries(names.map((name) => [name, 0])) as unknown as LiveStats;
  for (const name of names) {
    const common = { help: MEANING[name], registers: [registry] };
    if (OF_THIS_MOMENT.has(name)) {
      new Gauge({
        ...common,
        name: `live_${name}`,
        collect() {
          this.set(stats[name]);
        },
      });
    } else {
      new Counter({
        ...common,
        name: `live_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total`,
        collect() {
          this.reset();
          this.inc(stats[name]);
        },
      });
    }
  }
  return stats;
}
