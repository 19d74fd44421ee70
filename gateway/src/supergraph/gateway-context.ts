import { contentHash } from '@desk/kit/process/ids';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { SignToken, TokenPurpose } from '@desk/kit/api/token';
import type { Viewer } from '@desk/kit/api/viewer';
import { LRUCache } from 'lru-cache';

/** All that goes with one operation through the gateway to the subgraphs. */
export interface GatewayContext {
  viewer: Viewer;
  /** Stands for all that the internal token will say. Work with the same key may be shared; other work never. */
  scopeKey: string;
  requestId: string;
  /** The caller's trace, unchanged. */
  traceparent?: string;
  /** An internal token for one subgraph. */
  tokenFor(subgraph: string): Promise<string>;
  /** The event that a live operation answers; only event subgraphs read it. */
  live?: LiveEvent;
}

/** The event that a live operation answers: the message about it, and whether viewers receive it whose organization it is not of. */
export interface LiveEvent {
  field: string;
  envelope: Record<string, unknown>;
  published: boolean;
}

/** The viewer on whose behalf a request reads. `purpose` is LIVE for re-reads that name no person, REQUEST for everything else. */
export interface ReadAs {
  viewer: Viewer;
  purpose: Extract<TokenPurpose, 'REQUEST' | 'LIVE'>;
}

/** Makes contexts; a REQUEST where no purpose is given. */
export type MakeContext = (
  request: Omit<ReadAs, 'purpose'> & { purpose?: ReadAs['purpose']; requestId: string; traceparent?: string },
) => GatewayContext;

/** A token is used again for this long; it lives twice as long. */
const TOKEN_REUSE_MS = 30_000;
const TOKENS_MAX = 10_000;

/** A maker of contexts that signs one token for each viewer and subgraph in half a minute. */
export function contextMaker(sign: SignToken, time: TimeSource): MakeContext {
  const tokens = new LRUCache<string, { token: Promise<string>; signedAt: number }>({ max: TOKENS_MAX });
  return ({ viewer, requestId, purpose = 'REQUEST', traceparent }) => {
    const scopeKey = scopeKeyOf({ viewer, purpose });
    const tokenFor = (subgraph: string): Promise<string> => {
      const now = time.now().getTime();
      const key = `${subgraph} ${scopeKey}`;
      const known = tokens.get(key);
      if (known && now - known.signedAt < TOKEN_REUSE_MS && now >= known.signedAt) return known.token;
      const token = sign(subgraph, { purpose, viewer });
      tokens.set(key, { token, signedAt: now });
      token.catch(() => tokens.delete(key));
      return token;
    };
    return { viewer, scopeKey, requestId, tokenFor, ...(traceparent ? { traceparent } : {}) };
  };
}

const hashes = new WeakMap<Viewer, string>();

/** Stands for all that an internal token says of a viewer. Hashed once for each viewer. */
export function scopeKeyOf({ viewer, purpose }: ReadAs): string {
  const hash = hashes.get(viewer) ?? contentHash(viewer);
  hashes.set(viewer, hash);
  return `${purpose}:${hash}`;
}
