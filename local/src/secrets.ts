import { generateTokenKeys, type TokenKeys } from '@desk/kit/api/token';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JWK } from 'jose';
import { EngineFailure } from './engine/engine.ts';
import { writeWhole } from './engine/whole-file.ts';
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

/** Reads the secrets beside the data, or makes them at the first start. Only this user can read the file. Throws EngineFailure where it is damaged. */
export async function loadSecrets(directory: string): Promise<Secrets> {
  const file = path.join(directory, 'secrets.json');
  if (existsSync(file)) return readSecrets(file);
  const secrets: Secrets = {
    internal: await generateTokenKeys(),
    issuer: await generateIssuerKey(),
    session: randomBytes(SECRET_BYTES).toString('base64url'),
    partner: 'demo-partner-secret',
  };
  mkdirSync(directory, { recursive: true });
  writeWhole(file, JSON.stringify(secrets, null, 2), 0o600);
  return secrets;
}

function readSecrets(file: string): Secrets {
  try {
    const secrets = JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets> | null;
    const { internal, issuer, session, partner } = secrets ?? {};
    if (internal && issuer && session && partner) return { internal, issuer, session, partner };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new EngineFailure(
    `${file} does not hold the desk's secrets: it is damaged. Put a copy back, or delete it. Without it the desk makes new secrets, everybody signs in anew, and no data are lost.`,
  );
}
