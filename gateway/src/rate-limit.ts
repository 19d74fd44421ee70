import { LRUCache } from 'lru-cache';
import { Refusal } from '@desk/kit/errors';
import type { CallerClass } from './limits.ts';
import type { Authenticated } from './viewer.ts';

/** What a principal may use over time. */
export interface Rates {
  /** Points of cost that a full bucket holds. */
  bucketPoints: number;
  /** Points that flow back each second. */
  refillPointsPerSecond: number;
  /** The bucket that an organization's people share, as a multiple of one person's; null for callers without one. */
  organizationBuckets: number | null;
  /** A full minute's worth may be used at once; then they flow back evenly. */
  mutationsPerMinute: number;
  /** Operations that run at the same time. */
  inFlight: number;
}

/** The published rates. They hold in each gateway process: several replicas divide them in the configuration. */
export const RATES: Readonly<Record<CallerClass, Readonly<Rates>>> = {
  // prettier-ignore
  LDC_USER: { bucketPoints: 1_000, refillPointsPerSecond: 50, organizationBuckets: 10, mutationsPerMinute: 30, inFlight: 10 },
  // prettier-ignore
  AGENT: { bucketPoints: 2_000, refillPointsPerSecond: 100, organizationBuckets: null, mutationsPerMinute: 120, inFlight: 20 },
  // A partner's client is a principal: its own bucket is the bucket per client.
  // prettier-ignore
  PARTNER: { bucketPoints: 5_000, refillPointsPerSecond: 200, organizationBuckets: null, mutationsPerMinute: 600, inFlight: 20 },
};

/** Principals and organizations that are remembered; those used longest ago are forgotten, and start with full buckets. */
export const ACCOUNTS_MAX = 20_000;

/** When to try again after too many operations at once: nobody knows when one of them ends. */
export const IN_FLIGHT_RETRY_MS = 1_000;

/** Points that an operation takes before anything of it is read, so that asking is never free. They count towards its cost. */
export const REQUEST_POINTS_MIN = 1;

/** Of a bucket, what delivered messages take at most: who is sent much may still ask, and nobody can refuse what he is sent. */
export const CHARGED_SHARE_MAX = 0.5;

/** Who is charged. */
export interface RatedCaller {
  callerClass: CallerClass;
  principalId: string;
  organizationId: string | null;
}

/** Whom the requests and sockets of a caller are charged to. */
export function ratedCaller({ principal, callerClass }: Authenticated): RatedCaller {
  return { callerClass, principalId: principal.id, organizationId: principal.memberships[0]?.organizationId ?? null };
}

/** What an operation takes: its points from `checkOperation`, and how many root fields of it change something. */
export interface Usage {
  cost: number;
  mutations: number;
}

/** An operation that has begun. */
export interface RatedOperation {
  /**
   * Takes what the operation is found to use, all or nothing. Refuses with RATE_LIMITED: after `retryAfterMs` the whole of
   * it would pass, with all that it took before.
   */
  take(usage: Usage): void;
  /** Gives back the place among the operations in flight. Further calls do nothing. */
  end(): void;
}

/** Keeps callers to their rates. One for each gateway process, for HTTP and WebSocket together. */
export interface RateLimiter {
  /**
   * Begins an operation of which nothing is known yet: takes a place among those in flight and REQUEST_POINTS_MIN, whatever
   * becomes of it. Refuses with RATE_LIMITED: `limit` names the rate, and after `retryAfterMs` it could begin if nothing
   * else is asked for until then.
   */
  begin(caller: RatedCaller): RatedOperation;
  /**
   * Takes points for messages that were delivered, from the caller's own bucket and no further than to CHARGED_SHARE_MAX of
   * it. Never refuses. An organization's people all receive the same events: its bucket is left alone.
   */
  charge(caller: RatedCaller, points: number): void;
}

/**
 * A limiter over a clock in milliseconds, which may stand still or jump back: then nothing flows back. `rates` replaces
 * the published ones, `accountsMax` the number of principals and, apart from them, of organizations that are remembered.
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

/**
 * Levels are whole numbers of a sixty-thousandth of a point: what flows back in a millisecond is whole then, as rates
 * are per minute, and `retryAfterMs` is exact.
 */
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
  /** What the operation took before, and will take again when it is repeated. */
  before: number;
}

/** Draws from every bucket or from none: a refusal names the one that takes longest. */
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
  // A clock that jumped back is followed, or nothing would flow back until it has caught up.
  bucket.at = now < bucket.at ? now : bucket.at + elapsedMs;
}

/**
 * Milliseconds until the bucket holds the whole of an operation; 0 where it holds what is left of it. What no bucket can
 * hold passes when it is full.
 */
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
