import type { Aggregate } from '@desk/kit/write/record';

/** A service of the MDM/R, as it is stored. It is the SME's. */
export interface Service extends Aggregate {
  /** Stable code, `VEE`; never reused. The API's id of the service, and what other records store. */
  code: string;
  en: string;
  fr: string;
  /** Codes of the services without which this one does not work, none twice. */
  dependsOn: string[];
  /** Its place in lists. */
  rank: number;
  createdAt: Date;
  updatedAt: Date;
}

const CODE = /^[A-Z][A-Z0-9_]*$/;
/** Longest code, in characters. */
const CODE_CHARACTERS_MAX = 40;
/** Most services of the MDM/R. */
export const SERVICES_MAX = 100;

/** True for the form of a code. It does not look for the service. */
export function isServiceCode(text: string): boolean {
  return text.length <= CODE_CHARACTERS_MAX && CODE.test(text);
}

/** The stored id of the service of a code. */
export function serviceId(code: string): string {
  return `svc_${code}`;
}
