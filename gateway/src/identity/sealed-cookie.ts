import { hkdfSync } from 'node:crypto';
import { fastifyCookie } from '@fastify/cookie';
import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose';
import type { TimeSource } from '@desk/kit/time/time-source';

/** A cookie whose content only this desk can read or make: encrypted and authenticated, with an end inside. */
export interface SealedCookie {
  readonly name: string;
  /** The `Set-Cookie` value that gives the browser this content until `endsAt`. */
  give(content: JWTPayload, endsAt: Date): Promise<string>;
  /** The `Set-Cookie` value that takes it away. */
  take(): string;
  /** The sealed text in a request's `Cookie` header; null where there is none. */
  find(header: string | undefined): string | null;
  /** The content; null where it is not ours, was changed, or is over. */
  open(sealed: string): Promise<JWTPayload | null>;
}

export interface SealedCookieOptions {
  /** Without prefix: over https the name is `__Host-<name>`, which browsers bind to this very host. */
  name: string;
  /** At least 32 bytes of UTF-8 each, the newest first: it seals, and any of them opens. Each cookie's keys are derived from them and its name. */
  secrets: readonly string[];
  https: boolean;
  time: TimeSource;
}

const KEY_BYTES = 32;
/** Longer than any content of ours seals to; browsers keep 4 KiB. */
const SEALED_CHARACTERS_MAX = 4_096;

/** A sealed cookie. Its keys differ for each name, so that one kind of cookie never passes for another. */
export function sealedCookie({ name, secrets, https, time }: SealedCookieOptions): SealedCookie {
  const fullName = https ? `__Host-${name}` : name;
  const keys = secrets.map(
    (secret) => new Uint8Array(hkdfSync('sha256', secret, '', `desk cookie ${name}`, KEY_BYTES)),
  );
  const [newest] = keys;
  if (!newest) throw new Error('a sealed cookie needs a secret');
  // Lax and not Strict: the browser comes back from the sign-in service by a redirect from another site, and Strict
  // would withhold the cookie there. A request that changes anything is a POST, with a header that no other site can send.
  const options = { path: '/', httpOnly: true, secure: https, sameSite: 'lax' } as const;
  const openWith = (key: Uint8Array, sealed: string): Promise<JWTPayload | null> =>
    jwtDecrypt(sealed, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      requiredClaims: ['exp'],
      currentDate: time.now(),
    }).then(
      ({ payload }) => payload,
      () => null,
    );
  return {
    name: fullName,
    async give(content, endsAt) {
      const sealed = await new EncryptJWT(content)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(endsAt)
        .encrypt(newest);
      return fastifyCookie.serialize(fullName, sealed, { ...options, expires: endsAt });
    },
    take: () => fastifyCookie.serialize(fullName, '', { ...options, expires: new Date(0) }),
    find: (header) => (header?.includes(fullName) ? (fastifyCookie.parse(header)[fullName] ?? null) : null),
    async open(sealed) {
      if (sealed.length > SEALED_CHARACTERS_MAX) return null;
      for (const key of keys) {
        const content = await openWith(key, sealed);
        if (content) return content;
      }
      return null;
    },
  };
}
