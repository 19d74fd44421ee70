import type { Authenticated } from '../identity/viewer.ts';

/** The sockets and subscriptions that one caller may hold open. */
interface CallerQuota {
  sockets: number;
  subscriptionsPerSocket: number;
  /** Over all sockets of the principal. */
  subscriptions: number;
}

/** Limits of WebSockets; the first three are published. */
export interface SocketLimits {
  LDC_USER: CallerQuota;
  AGENT: CallerQuota;
  PARTNER: CallerQuota;
  /** Sockets of all members of one organization. */
  socketsPerOrganization: number;
  /** Sockets of this gateway whose callers are known. Sockets that are still unnamed may exceed it by their own number. */
  sockets: number;
  /** Sockets of this gateway whose callers are not known yet. They take no place of known callers. */
  socketsUnnamed: number;
  messagesPerSecond: number;
  messagesBurst: number;
  /** Longest message of a client, in bytes. */
  messageBytes: number;
  /** Pieces that a client may send one message in. */
  fragments: number;
  /** Bytes that may wait in a socket before its client's next message closes it. */
  outboundBytes: number;
  /** How long a client may take to name its caller, in milliseconds. */
  initMs: number;
  /** How often sockets are pinged, in milliseconds. A socket that does not answer before the next ping is cut off. */
  pingMs: number;
  /** How long a closed socket may take to end, in milliseconds. */
  closeMs: number;
  /** How long a socket may live, in milliseconds. */
  ageMs: number;
}

export const SOCKET_LIMITS: Readonly<SocketLimits> = {
  LDC_USER: { sockets: 5, subscriptionsPerSocket: 10, subscriptions: 30 },
  AGENT: { sockets: 10, subscriptionsPerSocket: 20, subscriptions: 60 },
  PARTNER: { sockets: 5, subscriptionsPerSocket: 20, subscriptions: 60 },
  socketsPerOrganization: 1_000,
  sockets: 5_000,
  socketsUnnamed: 500,
  messagesPerSecond: 10,
  messagesBurst: 30,
  messageBytes: 64 * 1024,
  fragments: 16,
  outboundBytes: 1024 * 1024,
  initMs: 3_000,
  pingMs: 12_000,
  closeMs: 5_000,
  ageMs: 12 * 60 * 60 * 1_000,
};

/** Counts the sockets and subscriptions that principals and organizations hold open. */
export class LiveQuota {
  readonly #limits: SocketLimits;
  readonly #counts = new Map<string, number>();

  constructor(limits: SocketLimits) {
    this.#limits = limits;
  }

  /** Takes a place for a socket; null when there is none. The returned function gives the place back. */
  takeSocket({ principal, callerClass }: Authenticated): (() => void) | null {
    const organizations = principal.memberships.map(({ organizationId }) => organizationId);
    return this.#take([
      [`sockets of ${principal.id}`, this.#limits[callerClass].sockets],
      ...organizations.map((id): [string, number] => [`sockets in ${id}`, this.#limits.socketsPerOrganization]),
    ]);
  }

  /** Takes a place for a subscription of a socket that has `open` already; null when there is none. */
  takeSubscription({ principal, callerClass }: Authenticated, open: number): (() => void) | null {
    const { subscriptions, subscriptionsPerSocket } = this.#limits[callerClass];
    return open < subscriptionsPerSocket ? this.#take([[`subscriptions of ${principal.id}`, subscriptions]]) : null;
  }

  #take(places: readonly [key: string, max: number][]): (() => void) | null {
    if (places.some(([key, max]) => (this.#counts.get(key) ?? 0) >= max)) return null;
    for (const [key] of places) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      for (const [key] of places) {
        const left = (this.#counts.get(key) ?? 0) - 1;
        if (left > 0) this.#counts.set(key, left);
        else this.#counts.delete(key);
      }
    };
  }
}
