import { stageId } from './stage-data.ts';

/** The queries of the gateway suite. Each asks something that the portal asks too. */
export const GATEWAY_QUERIES = {
  /** One incident, and its organization from the other subgraph. */
  point: {
    query: `query Point($id: ID!) {
      incident(id: $id) { id number title state priority organization { name code } }
    }`,
    variables: { id: stageId('inc', 7) },
  },
  /** A long answer of one subgraph. */
  list50: {
    query: `query List50 {
      incidents(first: 50) {
        nodes {
          id number version title state priority impact urgency environment breached dueAt createdAt updatedAt
          reopenCount reassignmentCount source
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: {},
  },
  /** A list of one subgraph whose rows need two kinds of record of the other. */
  twoHop: {
    query: `query TwoHop {
      incidents(first: 50) {
        nodes { id number title state priority updatedAt organization { name code } assignee { name } }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: {},
  },
  /** Rows that lead to people, organizations and other incidents, and from there on: the other subgraph in six places. */
  nested: {
    query: `query Nested {
      incidents(first: 20) {
        nodes {
          id number title state priority
          organization { name code }
          assignee { name memberships { organization { name } roles } }
          requester { kind person { name email } actingFor { name } }
          links { kind incident { number state organization { name } assignee { name } } }
        }
      }
    }`,
    variables: {},
  },
} as const;

export type GatewayQuery = keyof typeof GATEWAY_QUERIES;

/** The body of a request. */
export function bodyOf(name: GatewayQuery): string {
  const { query, variables } = GATEWAY_QUERIES[name];
  return JSON.stringify({ query: query.replace(/\s+/g, ' '), variables });
}
