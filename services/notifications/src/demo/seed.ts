import { InputCheck } from '@desk/kit/api/input';
import { derivedId } from '@desk/kit/process/ids';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { ChangeRisk, Priority, RecordType } from '../generated/api.ts';
import type { NotificationsService } from '../service.ts';
import { signUp } from '../sign-up/acts.ts';
import { SIGN_UP_NAMES } from '../sign-up/sign-up.ts';

/** Ids of the demo's organizations by code and people by login. */
export interface DemoIds {
  organizations: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
}

const text = z.string().min(1);
const someOf = <Value extends string>(values: Record<string, Value>) => z.array(z.enum(Object.values(values)));
const file = z.strictObject({
  signUps: z.array(
    z.strictObject({
      by: text,
      organization: text,
      filter: z.strictObject({
        recordType: someOf(RecordType),
        serviceId: z.array(text).default([]),
        state: z.array(text).default([]),
        risk: someOf(ChangeRisk).default([]),
        priority: someOf(Priority).default([]),
      }),
    }),
  ),
});

/** Signs the demo's people up. Told again, it adds nothing. */
export async function seedSignUps(
  { store }: Pick<NotificationsService, 'store'>,
  ids: DemoIds,
  now: Date,
): Promise<void> {
  const decisions = signUps().map(({ by, organization, filter }, place) => {
    const personId = idOf(ids.people, by);
    const made = { id: signUpId(place), personId, organizationId: idOf(ids.organizations, organization) };
    const actor = { id: personId, kind: 'PERSON', actingFor: null } as const;
    return signUp(made, filter, { at: now, by: actor, check: new InputCheck() });
  });
  await store.signUps.records.createMany(decisions);
}

/** True when the demo's sign-ups may go into a database that may be somebody's: it holds none, or has one of them already. */
export async function areSignUpsSeedable({ store }: Pick<NotificationsService, 'store'>): Promise<boolean> {
  const { collection } = store.signUps.records;
  const ids = signUps().map((_each, place) => signUpId(place));
  const empty = (await collection.countDocuments({}, { limit: 1 })) === 0;
  return empty || (await collection.countDocuments({ _id: { $in: ids } }, { limit: 1 })) === 1;
}

function signUpId(place: number): string {
  return derivedId(SIGN_UP_NAMES.idPrefix, { principal: 'demo', operation: 'createSignUp', key: String(place) });
}

function signUps() {
  const path = new URL('../../data/demo-sign-ups.yaml', import.meta.url);
  return file.parse(parse(readFileSync(path, 'utf8'))).signUps;
}

function idOf(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  if (!id) throw new Error(`The demo's sign-ups name ${name}, whom the directory's demo data do not have.`);
  return id;
}
