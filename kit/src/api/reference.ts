import { notFound } from './errors.ts';
import { InputCheck, isId } from './input.ts';
import { numberIn, numberOf, type NumberForm } from './numbers.ts';
import type { Reach } from './viewer.ts';

/** How requests name the records of a noun. */
export interface RecordNames extends NumberForm {
  /** The noun in words: `incident`. */
  noun: string;
  /** What the ids begin with: `inc`. */
  idPrefix: string;
}

/** The numbers that messages show as an example. */
const EXAMPLE = 123;
const EXAMPLE_OF_YEAR = 20_260_001;

/** Notes a reference that is neither an id nor a number of the noun; true for one that is. It does not look for the record. */
export function checkReference(
  names: RecordNames,
  idOrNumber: string,
  { check, path }: { check: InputCheck; path: string },
): boolean {
  const { noun, idPrefix } = names;
  const isReference = isId(idOrNumber, [idPrefix]) || numberIn(names, idOrNumber) !== null;
  check.require(path, isReference, {
    code: 'NOT_AN_ID',
    args: { prefixes: [idPrefix] },
    message: `must name one ${noun} by its id (${idPrefix}_…) or its number (${numberOf(names, names.numberedByYear ? EXAMPLE_OF_YEAR : EXAMPLE)}).`,
  });
  return isReference;
}

const ORGANIZATION_CODE = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/i;

/** Notes a reference to an organization that is neither an id nor a code. It does not look for the organization. */
export function checkOrganizationReference(check: InputCheck, path: string, idOrCode: string): void {
  check.require(path, isId(idOrCode, ['org']) || ORGANIZATION_CODE.test(idOrCode), {
    code: 'NOT_AN_ID',
    args: { prefixes: ['org'] },
    message: 'must be the id (org_…) or the code (LDC-001) of an organization.',
  });
}

/** Where organizations are found: a mirror of the directory. Codes are in capitals. */
export interface Organizations<Organization extends { _id: string }> {
  find(kind: 'organization', id: string): Promise<Organization | null>;
  findByKey(kind: 'organization', code: string): Promise<Organization | null>;
}

/** An organization by id or code, in any case. Null where there is none. */
export function findOrganization<Organization extends { _id: string }>(
  organizations: Organizations<Organization>,
  idOrCode: string,
): Promise<Organization | null> {
  if (isId(idOrCode, ['org'])) return organizations.find('organization', idOrCode);
  return organizations.findByKey('organization', idOrCode.toUpperCase());
}

/**
 * The organization that a write names by id or code. One out of reach answers NOT_FOUND, as one that does not exist. Refuses
 * BAD_USER_INPUT for what is neither id nor code.
 */
export async function requireOrganization<Organization extends { _id: string }>(
  organizations: Organizations<Organization>,
  idOrCode: string,
  { reach, path }: { reach: Reach; path: string },
): Promise<Organization> {
  const check = new InputCheck();
  checkOrganizationReference(check, path, idOrCode);
  check.done();
  const found = await findOrganization(organizations, idOrCode);
  if (!found || (reach !== 'ALL' && !reach.includes(found._id))) throw notFound();
  return found;
}
