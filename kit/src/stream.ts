import type { Position, StreamEvent } from './event.ts';

/** Events that a stream keeps of one service; older ones are pulled from the service's log. */
export const STREAM_MAX = 100_000;

/**
 * Carries copies of the services' logs between processes. Losing all of it loses nothing: whoever misses events pulls
 * them from the log. Two implementations, Redis and in process, pass one suite.
 */
export interface EventStream {
  /** The last position appended for a service; null when the stream is empty. */
  last(service: string): Promise<Position | null>;
  /** Appends events in order. Those at or before the last position are left out: another relay sent them. */
  append(service: string, events: readonly StreamEvent[]): Promise<void>;
  /**
   * Events behind a position, oldest first, at most `limit`; waits up to `waitMs` when there are none. A first event
   * that does not follow `after` directly means that some are gone: pull them.
   */
  read(service: string, after: Position, options: { limit: number; waitMs: number }): Promise<StreamEvent[]>;
  /** Ends all waiting reads, without events, and lets go of connections. Everything that is asked later rejects. */
  close(): Promise<void>;
}
