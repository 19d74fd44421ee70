import type { Position, StreamEvent } from './entry.ts';

/** Events that a stream keeps of one service. Consumers pull older ones from the service's log. */
export const STREAM_MAX = 100_000;

/**
 * Carries copies of the services' logs between processes. Losing all of it loses nothing: consumers pull missed events from the log.
 * Two implementations, Redis and in process, pass one suite.
 */
export interface EventStream {
  /** The last position appended for a service; null when the stream is empty. */
  last(service: string): Promise<Position | null>;
  /** Appends events in order, except those at or before the last position, which another relay sent. */
  append(service: string, events: readonly StreamEvent[]): Promise<void>;
  /**
   * Events behind a position, oldest first, at most `limit`. Waits up to `waitMs` when there are none. Where the first event does not
   * follow `after` directly, some are gone: pull them.
   */
  read(service: string, after: Position, options: { limit: number; waitMs: number }): Promise<StreamEvent[]>;
  /** Ends all waiting reads without events, and closes connections. Later calls reject. */
  close(): Promise<void>;
}
