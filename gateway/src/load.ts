import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How busy the process is. */
export interface Load {
  /** True when new work would only make everybody wait. */
  busy(): boolean;
  /** Counts a piece of work until the returned function is called. */
  begin(): () => void;
  stop(): void;
}

/** A mean delay of the event loop beyond this, in milliseconds, over the last sample. */
const DELAY_MS_MAX = 200;
const IN_FLIGHT_MAX = 200;
const SAMPLE_MS = 500;
const RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;

/** Watches the event loop and the requests in hand. `delayMs` stands in for the measurement in tests. */
export function watchLoad(delayMs?: () => number): Load {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let measured = 0;
  let inFlight = 0;
  const sample = () => {
    measured = histogram.count > 0 ? histogram.mean / NS_PER_MS : 0;
    histogram.reset();
  };
  const timer = setInterval(sample, SAMPLE_MS).unref();
  histogram.enable();
  return {
    busy: () => inFlight >= IN_FLIGHT_MAX || (delayMs?.() ?? measured) > DELAY_MS_MAX,
    begin() {
      inFlight += 1;
      let ended = false;
      return () => {
        if (!ended) inFlight -= 1;
        ended = true;
      };
    },
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
