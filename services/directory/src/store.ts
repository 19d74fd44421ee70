import type { Foundation } from '@desk/kit/service/service';
import { openAuthorizations, type AuthorizationStore } from './authorization/store.ts';
import { openClients, type ClientStore } from './client/store.ts';
import { openGuard, type Guard } from './guard/store.ts';
import { openOrganizations, type OrganizationStore } from './organization/store.ts';
import { openPeople, type PersonStore } from './person/store.ts';
import { principalStore, type PrincipalStore } from './principal/store.ts';
import { openServices, type ServiceStore } from './service/store.ts';

/** The questions that the directory asks its database, and the aggregates through which it writes. */
export type Store = OrganizationStore &
  PersonStore &
  ClientStore &
  AuthorizationStore &
  ServiceStore &
  PrincipalStore & { guard: Guard };

/** Opens the store: models, indexes, aggregates. */
export async function openStore(foundation: Foundation): Promise<Store> {
  const people = await openPeople(foundation);
  const clients = await openClients(foundation);
  const authorizations = await openAuthorizations(foundation);
  return {
    ...(await openOrganizations(foundation)),
    ...people,
    ...clients,
    ...authorizations,
    ...(await openServices(foundation)),
    guard: openGuard(
      foundation,
      async (id) => (await authorizations.authorizations.exists(id)) || people.people.exists(id),
    ),
    ...principalStore(people.peopleFinder, clients.clientFinder),
  };
}
