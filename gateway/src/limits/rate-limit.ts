import { LRUCache } from 'lru-cache';
import { Refusal } from '@desk/kit/api/errors';
import type { CallerClass } from './limits.ts';

/** How much a principal may use over time. */
export interface Rates {
  /** Points of cost that a full bucket holds. */
  bucketPoints: number;
  /** Points that flow back each second. */
  refillPointsPerSecond: number;
  /** The bucket that the people of an organization share, as a multiple of one person's. Null: they share none. */
  organizationBuckets: number | null;
  /** A full minute's worth may be used at once, and flows back evenly. */
  mutationsPerMinute: number;
  /** Operations that run at the same time. */
  inFlight: number;
}

/** The published rates. They hold in each gateway process: a caller who reaches several replicas has them at each. */
export const RATES: Readonly<Record<CallerClass, Readonly<Rates>>> = {
  // prettier-ignore
  LDC_USER: { bucketPoints: 1_000, refillPointsPerSecond: 50, organizationBuckets: 10, mutationsPerMinute: 30, inFlight: 10 },
  // prettier-ignore
  AGENT: { bucketPoints: 2_000, refillPointsPerSecond: 100, organizationBuckets: null, mutationsPerMinute: 120, inFlight: 20 },
  // A partner's client is a principal: its own bucket is the bucket per client.
  // prettier-ignore
  PARTNER: { bucketPoints: 5_000, refillPointsPerSecond: 200, organizationBuckets: null, mutationsPerMinute: 600, inFlight: 20 },
};

/** Principals, and organizations, that are remembered. The one used longest ago is forgotten, and starts with a full bucket. */
export const ACCOUNTS_MAX = 20_000;

/** When to try again after too many operations at once, in milliseconds: a guess, since any of them may end at any time. */
export const IN_FLIGHT_RETRY_MS = 1_000;

/** Points that an operation takes before it is read, so that asking is never free. They count towards its cost. */
export const REQUEST_POINTS_MIN = 1;

/** The share of a bucket that delivered messages take at most: a subscriber cannot refuse messages, and must still be able to ask. */
export const CHARGED_SHARE_MAX = 0.5;

/** The principal and the organization that a request or a socket is charged to. */
export interface RatedCaller {
  callerClass: CallerClass;
  principalId: string;
  organizationId: string | null;
}

/** What an operation takes: its points of cost, and its root fields that change something. */
export interface Usage {
  cost: number;
  mutations: number;
}

/** An operation that has begun. */
export interface RatedOperation {
  /**
   * Takes all that the operation uses, or nothing. Refuses with RATE_LIMITED: after `retryAfterMs` the whole operation would pass,
   * with all that it took before.
   */
  take(usage: Usage): void;
  /** Gives back the place among the operations in flight. Further calls do nothing. */
  end(): void;
}

/** Keeps callers to their rates. One for each gateway process, for HTTP and WebSocket together. */
export interface RateLimiter {
  /**
   * Begins an operation that is not read yet: takes a place among those in flight and REQUEST_POINTS_MIN, also where it fails later.
   * Refuses with RATE_LIMITED: `limit` names the rate, and after `retryAfterMs` the operation could begin if no other came first.
   */
  begin(caller: RatedCaller): RatedOperation;
  /**
   * Takes points for delivered messages from the caller's own bucket, CHARGED_SHARE_MAX of it at most. Never refuses, and leaves the
   * organization's bucket alone: its people all receive the same events.
   */
  charge(caller: RatedCaller, points: number): void;
}

/**
 * A limiter over a source of time in milliseconds, which may stand still or jump back: points do not flow back then. `rates` replaces
 * the published ones, `accountsMax` the number of principals, and of organizations, that are remembered.
 */
export function createRateLimiter(
  nowMs: () => number,
  { rates = RATES, accountsMax = ACCOUNTS_MAX }: { rates?: Record<CallerClass, Rates>; accountsMax?: number } = {},
): RateLimiter {
  const principals = new LRUCache<string, Account>({ max: accountsMax });
  const organizations = new LRUCache<string, Bucket>({ max: accountsMax });

  const accountOf = (caller: RatedCaller, now: number): { account: Account; shared: Bucket | null } => {
    const rate = rates[caller.callerClass];
    const key = `${caller.callerClass} ${caller.principalId}`;
    let account = principals.get(key);
    if (!account) principals.set(key, (account = openAccount(rate, now)));
    if (rate.organizationBuckets === null || caller.organizationId === null) return { account, shared: null };
    let shared = organizations.get(caller.organizationId);
    if (!shared)
      organizations.set(caller.organizationId, (shared = openOrganization(rate, rate.organizationBuckets, now)));
    return { account, shared };
  };

  return {
    begin(caller) {
      const { account, shared } = accountOf(caller, nowMs());
      const allowed = rates[caller.callerClass].inFlight;
      if (account.inFlight >= allowed) throw rateLimited('inFlight', IN_FLIGHT_RETRY_MS);
      let taken = 0;
      const draw = (points: number, mutations: number) => {
        const draws: Draw[] = [
          { limit: 'cost', bucket: account.cost, amount: points, before: taken },
          { limit: 'mutations', bucket: account.mutations, amount: mutations, before: 0 },
        ];
        if (shared) draws.push({ limit: 'organizationCost', bucket: shared, amount: points, before: taken });
        drawAll(draws, nowMs());
        taken += points;
      };
      draw(REQUEST_POINTS_MIN, 0);
      account.inFlight += 1;
      let prepaid = REQUEST_POINTS_MIN;
      let ended = false;
      return {
        take({ cost, mutations }) {
          draw(Math.max(0, cost - prepaid), mutations);
          prepaid = Math.max(0, prepaid - cost);
        },
        end() {
          if (!ended) account.inFlight -= 1;
          ended = true;
        },
      };
    },

    charge(caller, points) {
      const now = nowMs();
      const { cost } = accountOf(caller, now).account;
      refill(cost, now);
      const least = Math.min(cost.level, cost.capacity * (1 - CHARGED_SHARE_MAX));
      cost.level = Math.max(least, cost.level - points * UNITS);
    },
  };
}

type RateName = 'cost' | 'organizationCost' | 'mutations' | 'inFlight';

interface Account {
  cost: Bucket;
  mutations: Bucket;
  inFlight: number;
}

/** Levels are whole numbers of a sixty-thousandth of a point: the points of a millisecond are whole then, and `retryAfterMs` is exact. */
interface Bucket {
  level: number;
  capacity: number;
  refillPerMs: number;
  at: number;
}

const UNITS = 60_000;

function openAccount(rate: Rates, now: number): Account {
  return {
    cost: openBucket(rate.bucketPoints, rate.refillPointsPerSecond * 60, now),
    mutations: openBucket(rate.mutationsPerMinute, rate.mutationsPerMinute, now),
    inFlight: 0,
  };
}

function openOrganization(rate: Rates, buckets: number, now: number): Bucket {
  return openBucket(buckets * rate.bucketPoints, buckets * rate.refillPointsPerSecond * 60, now);
}

function openBucket(capacity: number, refillPerMinute: number, now: number): Bucket {
  return { level: capacity * UNITS, capacity: capacity * UNITS, refillPerMs: refillPerMinute, at: now };
}

interface Draw {
  limit: RateName;
  bucket: Bucket;
  amount: number;
  /** Points that the operation took before, and will take again when it is repeated. */
  before: number;
}

/** Draws from every bucket or from none. A refusal names the bucket that takes longest. */
function drawAll(draws: Draw[], now: number): void {
  let longest: { limit: RateName; waitMs: number } | null = null;
  for (const draw of draws) {
    refill(draw.bucket, now);
    const waitMs = waitFor(draw);
    if (waitMs > (longest?.waitMs ?? 0)) longest = { limit: draw.limit, waitMs };
  }
  if (longest) throw rateLimited(longest.limit, longest.waitMs);
  for (const { bucket, amount } of draws) bucket.level = Math.max(0, bucket.level - amount * UNITS);
}

function refill(bucket: Bucket, now: number): void {
  const elapsedMs = Math.max(0, Math.floor(now - bucket.at));
  bucket.level = Math.min(bucket.capacity, bucket.level + elapsedMs * bucket.refillPerMs);
  // A time that jumped back is followed, or no points would flow back until it has caught up.
  bucket.at = now < bucket.at ? now : bucket.at + elapsedMs;
}

/** Milliseconds until the bucket holds the whole of an operation, 0 where it holds the rest of it. An operation that no bucket can hold passes when the bucket is full. */
function waitFor({ bucket, amount, before }: Draw): number {
  const whole = Math.min((before + amount) * UNITS, bucket.capacity);
  if (whole - before * UNITS <= bucket.level) return 0;
  return Math.ceil((whole - bucket.level) / bucket.refillPerMs);
}

const SENTENCES: Record<RateName, string> = {
  cost: 'You have used your points for now.',
  organizationCost: 'Your organization has used its points for now.',
  mutations: 'You have sent as many changes as a minute allows.',
  inFlight: 'Too many of your requests are running.',
};

function rateLimited(limit: RateName, retryAfterMs: number): Refusal {
  const advice = `Wait ${retryAfterMs} ms and send it again. To follow changes, subscribe instead of polling.`;
  return new Refusal('RATE_LIMITED', `${SENTENCES[limit]} ${advice}`, { limit, retryAfterMs });
}
