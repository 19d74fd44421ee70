import { generateTokenKeys, type TokenKeys } from '@desk/kit/api/token';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JWK } from 'jose';
import { generateIssuerKey } from './issuer/issuer.ts';

/** The secrets of a desk on this machine. They outlive a restart, so that sessions and tokens do. */
export interface Secrets {
  internal: TokenKeys;
  issuer: JWK;
  session: string;
  /** The demo partner system's password at the demo issuer. */
  partner: string;
}

const SECRET_BYTES = 32;

/** Reads the secrets beside the data, or makes them at the first start. Only this user can read the file. */
export async function loadSecrets(directory: string): Promise<Secrets> {
  const file = path.join(directory, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const secrets: Secrets = {
    internal: await generateTokenKeys(),
    issuer: await generateIssuerKey(),
    session: randomBytes(SECRET_BYTES).toString('base64url'),
    partner: 'demo-partner-secret',
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
