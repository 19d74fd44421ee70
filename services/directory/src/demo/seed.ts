import type { TimeSource } from '@desk/kit/time/time-source';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { VALID_MONTHS_MAX, authorizationId } from '../authorization/opening.ts';
import { clientId } from '../client/opening.ts';
import { AuthorizationScope, Language, OrganizationStatus, OrganizationType, Role } from '../generated/api.ts';
import { organizationId } from '../organization/opening.ts';
import { personId } from '../person/opening.ts';
import type { DirectoryService } from '../service.ts';

/** The ids of the demo data: of organizations by code, and of people and clients by login. */
export interface DemoIds {
  organizations: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
  /** Logins of the people who have a role of the SME. */
  staff: ReadonlySet<string>;
  clients: ReadonlyMap<string, string>;
  /** How many records were not there before. */
  created: number;
}

/** Records that are created at a time. */
const BATCH = 10;
/** Demo authorizations began so long before the first start, in months. */
const AUTHORIZED_MONTHS_AGO = 3;

const text = z.string().min(1);
const one = <Value extends string>(values: Record<string, Value>) => z.enum(Object.values(values));

const organizations = z.strictObject({
  organizations: z.array(
    z.strictObject({
      code: text,
      name: text,
      type: one(OrganizationType),
      status: one(OrganizationStatus).default('ACTIVE'),
    }),
  ),
  authorizations: z.array(
    z.strictObject({ agent: text, organization: text, scopes: z.array(one(AuthorizationScope)) }),
  ),
});

const principal = {
  login: text,
  name: text,
  language: one(Language).default('EN'),
  timeZone: text.default('America/Toronto'),
  memberships: z.array(z.strictObject({ organization: text, roles: z.array(one(Role)) })),
};
const people = z.strictObject({
  people: z.array(z.strictObject({ ...principal, email: text })),
  clients: z.array(z.strictObject(principal)),
});

/**
 * Puts the demo data of `data/organizations.yaml` and `data/people.yaml` into the directory, through the journal like all
 * else. Records that exist stay as they are: a second run creates nothing.
 */
export async function seedDirectory(
  { store, mutations }: Pick<DirectoryService, 'store' | 'mutations'>,
  time: TimeSource,
): Promise<DemoIds> {
  const companies = organizations.parse(read('organizations.yaml'));
  const principals = people.parse(read('people.yaml'));
  const act = { at: time.now(), by: SYSTEM_ACTOR };
  const period = { validFrom: monthsFrom(act.at, -AUTHORIZED_MONTHS_AGO) };
  const validTo = monthsFrom(period.validFrom, VALID_MONTHS_MAX);

  const created = [
    await createMissing(
      companies.organizations,
      ({ code }) => store.organizations.exists(organizationId(code)),
      (each) => mutations.createOrganization(each, act),
    ),
    await createMissing(
      principals.people,
      ({ login }) => store.people.exists(personId(login)),
      ({ login, ...each }) => mutations.createPerson({ ...each, logins: [login] }, act),
    ),
    await createMissing(
      principals.clients,
      ({ login }) => store.clients.exists(clientId(login)),
      ({ login, ...each }) => mutations.createClient({ ...each, logins: [login] }, act),
    ),
    await createMissing(
      companies.authorizations,
      (each) => store.authorizations.exists(authorizationId(authorizationKey(each))),
      (each) => mutations.grantAuthorization(authorizationKey(each), { ...each, ...period, validTo }, act),
    ),
  ];
  return {
    organizations: new Map(companies.organizations.map(({ code }) => [code, organizationId(code)])),
    people: new Map(principals.people.map(({ login }) => [login, personId(login)])),
    staff: new Set(principals.people.filter(isStaff).map(({ login }) => login)),
    clients: new Map(principals.clients.map(({ login }) => [login, clientId(login)])),
    created: created.reduce((sum, count) => sum + count, 0),
  };
}

function isStaff({ memberships }: { memberships: readonly { roles: readonly Role[] }[] }): boolean {
  return memberships.some(({ roles }) => roles.some((role) => role.startsWith('SME_')));
}

/** True when demo data may go into a directory that may be somebody's: it holds nothing, or has them already. */
export async function isDirectorySeedable({ store }: Pick<DirectoryService, 'store'>): Promise<boolean> {
  const { collection } = store.organizations;
  const codes = organizations.parse(read('organizations.yaml')).organizations.map(({ code }) => organizationId(code));
  const empty = (await collection.countDocuments({}, { limit: 1 })) === 0;
  return empty || (await collection.countDocuments({ _id: { $in: codes } }, { limit: 1 })) === 1;
}

function read(file: string): unknown {
  return parse(readFileSync(new URL(`../../data/${file}`, import.meta.url), 'utf8'));
}

/** Without the period, which depends on the day of the first start. */
function authorizationKey({ agent, organization }: { agent: string; organization: string }): string {
  return `demo ${agent} ${organization}`;
}

async function createMissing<Item>(
  items: readonly Item[],
  exists: (item: Item) => Promise<boolean>,
  create: (item: Item) => Promise<unknown>,
): Promise<number> {
  let created = 0;
  for (let start = 0; start < items.length; start += BATCH) {
    const made = items.slice(start, start + BATCH).map(async (item) => {
      if (await exists(item)) return;
      await create(item);
      created++;
    });
    await Promise.all(made);
  }
  return created;
}

function monthsFrom(instant: Date, months: number): Date {
  const moved = new Date(instant);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  return moved;
}
