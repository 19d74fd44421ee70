import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError, requirePart, type Api } from '../api/client.ts';
import { SAME_FOR_ALL } from '../app/acting.ts';
import type { Found } from '../app/noun.ts';
import {
  DistributorsDocument,
  FoundOrganizationsDocument,
  OrganizationAgentsDocument,
  OrganizationDocument,
  OrganizationPeopleDocument,
  OrganizationsDocument,
} from '../generated/api.ts';

/** Organizations that a search in the palette shows. */
const FOUND_ROWS = 6;
/** Organizations hardly ever change: they are read again after this time, in milliseconds. */
const NAMES_MS = 5 * 60_000;

/** The distributors that the viewer may see. */
export function distributorsQuery(api: Api) {
  return queryOptions({
    queryKey: ['distributors'],
    queryFn: () => api.request(DistributorsDocument),
    select: (data) => requirePart(data.organizations).nodes,
    staleTime: NAMES_MS,
    ...SAME_FOR_ALL,
  });
}

/** What every query about organizations begins with: a change makes all of them old. */
export const ORGANIZATION_KEY = ['organization'] as const;

/** One organization by id or code. Null when there is none that the reader may see. */
export function organizationQuery(api: Api, id: string) {
  return queryOptions({
    queryKey: [...ORGANIZATION_KEY, id, 'facts'],
    queryFn: async () => {
      try {
        return (await api.request(OrganizationDocument, { id })).organization;
      } catch (error) {
        // To a reader, an address that names no organization is one that is not there.
        if (error instanceof ApiError && error.code === 'BAD_USER_INPUT') return null;
        throw error;
      }
    },
  });
}

/** The organizations that the reader sees, by code. */
export function organizationsQuery(api: Api) {
  return infiniteQueryOptions({
    queryKey: [...ORGANIZATION_KEY, 'all'],
    queryFn: async ({ pageParam }) =>
      requirePart((await api.request(OrganizationsDocument, { after: pageParam })).organizations),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
  });
}

/** The organizations that some words find, for the palette. */
export async function searchOrganizations(api: Api, words: string): Promise<Found[]> {
  const variables = { first: FOUND_ROWS, filter: { text: words } };
  const { nodes } = requirePart((await api.request(FoundOrganizationsDocument, variables)).organizations);
  return nodes.map(({ id, code, name }) => ({
    id,
    label: `${code} ${name}`,
    address: { to: '/organizations/$id', params: { id: code } },
  }));
}

/** The people of an organization, by name. */
export function peopleQuery(api: Api, id: string) {
  return queryOptions({
    queryKey: [...ORGANIZATION_KEY, id, 'people'],
    queryFn: async () => requirePart((await api.request(OrganizationPeopleDocument, { id })).people),
  });
}

/** The authorizations that an organization gave and that are not over. */
export function agentsQuery(api: Api, id: string) {
  return queryOptions({
    queryKey: [...ORGANIZATION_KEY, id, 'agents'],
    queryFn: async () => requirePart((await api.request(OrganizationAgentsDocument, { id })).agentAuthorizations).nodes,
  });
}
