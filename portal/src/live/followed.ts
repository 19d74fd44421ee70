import type { Api } from '../api/client.ts';

/** Without a live feed, what was read is old after this time, in milliseconds. */
const UNFOLLOWED_MS = 5_000;

/** How old the answer of a query may be that the feed follows: while the page is live, the feed says when it is old. */
export function followed(api: Api): { staleTime: () => number } {
  return { staleTime: () => (api.live() ? Infinity : UNFOLLOWED_MS) };
}
